package model

import "strings"

// A Perl is text of Perl's which calls functions of see.pl: what is read of files, by root or by a site's account. It stands in logs.
type Perl string

// Call is a line that calls a function with some words.
func Call(name string, words ...string) Perl {
	for i, w := range words {
		words[i] = `"` + perlSigns.Replace(w) + `"`
	}
	return Perl(name + "(" + strings.Join(words, ",") + ");\n")
}

// perlSigns are those that mean something between double quotes.
var perlSigns = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "@", `\@`, "\n", `\n`)
