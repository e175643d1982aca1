package project

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	dotenvName = regexp.MustCompile(`\A[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]{0,127})[ \t]*=[ \t]*`)
	dotenvRest = regexp.MustCompile(`\A[ \t]*(?:#[^\n]*)?(?:\r?\n|\z)`)
	escaped    = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\\`, `\`, `\$`, `$`)
	unescaped  = strings.NewReplacer(`\'`, `'`, `\\`, `\`)
)

// ReadDotenv reads the text of a .env: lines NAME=VALUE, the last of a name counts. A value without quotes ends with its line, or before " #"; one between quotes goes
// over lines. Between double quotes \n, \r, \t, \", \\ and \$ stand for one sign, between single ones \' and \\. $NAME stands for itself.
func ReadDotenv(text string) ([]Pair, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var pairs []Pair
	at := map[string]int{}
	for line := 1; text != ""; {
		if blank := dotenvRest.FindString(text); blank != "" {
			text, line = text[len(blank):], line+strings.Count(blank, "\n")
			continue
		}
		name := dotenvName.FindStringSubmatch(text)
		if name == nil {
			return nil, fmt.Errorf("line %d sets nothing", line)
		}
		value, rest, err := dotenvValue(text[len(name[0]):])
		if err != nil {
			return nil, fmt.Errorf("line %d, %s: %w", line, name[1], err)
		}
		if i, has := at[name[1]]; has {
			pairs[i].Value = value
		} else {
			at[name[1]] = len(pairs)
			pairs = append(pairs, Pair{Name: name[1], Value: value})
		}
		line += strings.Count(text[:len(text)-len(rest)], "\n")
		text = rest
	}
	return pairs, nil
}

// dotenvValue is the value that a text begins with, and what follows its line.
func dotenvValue(text string) (value, rest string, err error) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		line, rest, _ := strings.Cut(text, "\n")
		if strings.HasPrefix(line, "#") {
			line = ""
		}
		for _, mark := range []string{" #", "\t#"} {
			line, _, _ = strings.Cut(line, mark)
		}
		return strings.Trim(line, " \t\r"), rest, nil
	}
	quote, end := text[0], 1
	for end < len(text) && text[end] != quote {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(text) {
		return "", "", fmt.Errorf("the quote %c does not end", quote)
	}
	value = text[1:end]
	after := dotenvRest.FindString(text[end+1:])
	if after == "" && text[end+1:] != "" {
		return "", "", fmt.Errorf("something follows the quote %c", quote)
	}
	if quote == '"' {
		return escaped.Replace(value), text[end+1+len(after):], nil
	}
	return unescaped.Replace(value), text[end+1+len(after):], nil
}
