package python

import "strings"

// A Word is one word of a text; Col is where it begins, counted from 0 in the text.
type Word struct {
	Text string
	Col  int
}

// A WordError says that a text ends within quotes that began at Col, or behind a backslash.
type WordError struct {
	Col  int
	What string
}

func (e *WordError) Error() string { return e.What }

// Words returns the words of text, as SplitWords has them; an error is a *WordError.
func Words(text string) ([]string, error) {
	words, _, bad := SplitWords([]rune(text))
	if bad != nil {
		return nil, bad
	}
	args := make([]string, len(words))
	for i, w := range words {
		args[i] = w.Text
	}
	return args, nil
}

// SplitWords splits text as a POSIX shell and Python's shlex do: blanks separate, quotes group, a
// backslash escapes, and a # outside of quotes, even within a word, begins a comment. end is where it
// ended, at the comment or at the end of text; what counts its places counts characters from 0.
func SplitWords(text []rune) (words []Word, end int, bad *WordError) {
	var cur strings.Builder
	start := -1 // of the word being read; -1 is none
	begin := func(i int) {
		if start < 0 {
			start = i
		}
	}
	flush := func() {
		if start >= 0 {
			words = append(words, Word{cur.String(), start})
			cur.Reset()
			start = -1
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
			flush()
		case '#':
			flush()
			return words, i, nil
		case '\\':
			begin(i)
			if i++; i == len(text) {
				return nil, 0, &WordError{i - 1, "nothing follows the backslash"}
			}
			cur.WriteRune(text[i])
		case '\'', '"':
			begin(i)
			end, ok := quotedRun(&cur, text, i)
			if !ok {
				return nil, 0, &WordError{i, "the quote is never closed"}
			}
			i = end
		default:
			begin(i)
			cur.WriteRune(c)
		}
	}
	flush()
	return words, len(text), nil
}

// SplitPlainWords appends to words those of ASCII text that has neither quotes nor backslashes nor a #; ok
// is false for any other.
func SplitPlainWords(words []Word, text string) (all []Word, ok bool) {
	start := -1
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if start >= 0 {
				words = append(words, Word{text[start:i], start})
				start = -1
			}
		case c == '\'' || c == '"' || c == '\\' || c == '#' || c >= 0x80:
			return nil, false
		case start < 0:
			start = i
		}
	}
	if start >= 0 {
		words = append(words, Word{text[start:], start})
	}
	return words, true
}

// quotedRun adds to b what stands in the quotes that open at i, and returns where they close.
// Within double quotes a backslash escapes itself and the quote.
func quotedRun(b *strings.Builder, text []rune, i int) (end int, ok bool) {
	quote := text[i]
	for i++; i < len(text); i++ {
		c := text[i]
		if c == quote {
			return i, true
		}
		if c == '\\' && quote == '"' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
			i++
			c = text[i]
		}
		b.WriteRune(c)
	}
	return 0, false
}
