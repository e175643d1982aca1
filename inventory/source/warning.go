package source

// A Warning is something in an inventory that works and is hardly meant.
type Warning struct {
	Pos  Pos
	Text string // one sentence, lower case, without a full stop
	Hint string // what to do about it
}

func (w Warning) String() string {
	if w.Pos.File == "" {
		return w.Text
	}
	return w.Pos.String() + ": " + w.Text
}
