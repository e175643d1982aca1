package model

import "djship/shell"

// Quote is shell.Quote, at hand where scripts are written.
func Quote(s string) string { return shell.Quote(s) }

// QuoteAll is shell.QuoteAll.
func QuoteAll(words ...string) string { return shell.QuoteAll(words...) }
