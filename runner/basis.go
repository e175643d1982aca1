package runner

import (
	"sync"

	"djship/assets"
	"djship/delta"
	"djship/remote"
	"djship/steps/model"
)

// basis is the shell and Perl that is the same in all runs. A host that was changed once keeps it, so that what looks at it, and changes it, is
// sent as little more than the names of a site and its release.
var basis = sync.OnceValue(func() *delta.Basis { return delta.New(model.State+"/texts", assets.AllCode()) })

// A keeper is a session that tells whether its host keeps a basis, as far as that is known, and is told that it does now.
type keeper interface {
	Keeps(*delta.Basis) (kept, known bool)
	NowKeeps(*delta.Basis)
}

// Keeps tells of the host of any session; of one that can't tell nothing is known.
func Keeps(s Session, b *delta.Basis) (kept, known bool) {
	if k, ok := s.(keeper); ok {
		return k.Keeps(b)
	}
	return false, false
}

// Keeps is that of the session.
func (s *Shell) Keeps(b *delta.Basis) (kept, known bool) { return Keeps(s.Session, b) }

// NowKeeps is that of the session.
func (s *Shell) NowKeeps(b *delta.Basis) { nowKeeps(s.Session, b) }

func nowKeeps(s Session, b *delta.Basis) {
	if k, ok := s.(keeper); ok {
		k.NowKeeps(b)
	}
}

// newBody is a body that has much of the basis.
func newBody(text string) *remote.Body { return remote.NewBodyOn(basis(), text) }

// stagedWork is the text of work as it is staged: whole, with the basis where the host is known to lack that, or as what the basis lacks.
func stagedWork(text string, job Job) []stagedFile {
	switch {
	case job.kept:
		return []stagedFile{{"delta", basis().Of(text)}}
	case job.known:
		return []stagedFile{{"work", text}, {"basis", basis().Text}}
	}
	return []stagedFile{{"work", text}}
}
