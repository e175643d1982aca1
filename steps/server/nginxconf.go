package server

import (
	"path"
	"slices"
	"strings"
)

// A directive is one of nginx's configuration, with the file that it stands in.
type directive struct {
	file  string
	words []string    // never none
	block []directive // not nil where it has one
}

// NginxFiles parts what nginx -T prints into its files, of which the first is the main one.
func NginxFiles(text string) (files map[string]string, main string) {
	files = map[string]string{}
	for part := range strings.SplitSeq("\n"+text, "\n# configuration file ") {
		name, content, _ := strings.Cut(part, "\n")
		name, is := strings.CutSuffix(name, ":")
		if !is || !path.IsAbs(name) {
			continue
		}
		if main == "" {
			main = name
		}
		if _, twice := files[name]; !twice {
			files[name] = content
		}
	}
	return files, main
}

// nginxDepth is how deep files may include each other.
const nginxDepth = 20

// ReadNginx reads a file with what it includes, as nginx does: in the order of names, below the folder
// of the main file.
func ReadNginx(files map[string]string, name, root string, depth int) []directive {
	words := nginxWords(files[name])
	list, _ := nginxBlock(files, name, root, words, depth)
	return list
}

// nginxBlock reads words up to the end of their block, and returns those behind it.
func nginxBlock(files map[string]string, name, root string, words []string, depth int) ([]directive, []string) {
	list := []directive{}
	var said []string
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch word {
		case ";":
			if len(said) > 0 {
				list = append(list, directive{file: name, words: said})
			}
			if len(said) == 2 && said[0] == "include" && depth < nginxDepth {
				list = append(list, nginxIncluded(files, said[1], root, depth)...)
			}
			said = nil
		case "{":
			var block []directive
			block, words = nginxBlock(files, name, root, words, depth)
			if len(said) > 0 {
				list = append(list, directive{file: name, words: said, block: block})
			}
			said = nil
		case "}":
			return list, words
		default:
			said = append(said, strings.TrimPrefix(word, "\x00"))
		}
	}
	return list, nil
}

func nginxIncluded(files map[string]string, pattern, root string, depth int) []directive {
	var names []string
	for name := range files {
		if inPattern(pattern, root, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var list []directive
	for _, name := range names {
		list = append(list, ReadNginx(files, name, root, depth+1)...)
	}
	return list
}

// nginxWords parts a text as nginx does: quotes, backslashes, remarks. A quoted word has a NUL in front,
// which tells "}" from }.
func nginxWords(text string) []string {
	var words []string
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
		case '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case ';', '{', '}':
			words = append(words, string(c))
			i++
		case '"', '\'':
			var b strings.Builder
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' && i+1 < len(text) && (text[i+1] == c || text[i+1] == '\\') {
					i++
				}
				b.WriteByte(text[i])
			}
			i++
			words = append(words, "\x00"+b.String())
		default:
			from := i
			for i < len(text) && !strings.ContainsRune(" \t\r\n;", rune(text[i])) {
				if text[i] == '{' && (i == from || text[i-1] != '$') {
					break
				}
				if text[i] == '$' && i+1 < len(text) && text[i+1] == '{' {
					for i < len(text) && text[i] != '}' {
						i++
					}
				} else if text[i] == '\\' {
					i++
				}
				i++
			}
			words = append(words, text[from:min(i, len(text))])
		}
	}
	return words
}
