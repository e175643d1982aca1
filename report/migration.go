package report

import (
	"djship/rollout"
	"djship/steps/model"
)

// migration tells of one what a person should know, and its SQL where more is asked for.
func (n *narrator) migration(e rollout.Migration) []string {
	if e.Breaks != nil { // the rehearsal has told it, and how to split it
		return nil
	}
	lines := n.err.hang("migration "+printable(e.Name), n.indent(), n.name(e.Host), span{"  ", plain})
	for _, text := range printableAll(e.Told()) {
		lines = append(lines, n.err.hang(text, n.indent(), n.name(e.Host), span{"    ", plain})...)
	}
	if n.Verbosity == 0 && !n.Diff {
		return lines
	}
	for _, statement := range printableAll(e.SQL) {
		lines = append(lines, n.err.hang(statement, n.indent(), n.name(e.Host), span{"    | ", faint})...)
	}
	return lines
}

// printableAll are texts of which each character shows.
func printableAll(texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = printable(text)
	}
	return all
}

// listed is a migration as JSON has it: lists that are empty are there.
func listed(e rollout.Migration) rollout.Migration {
	e.SQL, e.Irreversible, e.Changes = list(e.SQL), list(e.Irreversible), list(e.Changes)
	if e.Destroys == nil {
		e.Destroys = []model.Destroyed{}
	}
	if e.Locks == nil {
		e.Locks = []model.Locked{}
	}
	return e
}
