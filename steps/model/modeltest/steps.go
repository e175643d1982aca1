package modeltest

import "djship/steps/model"

// Scripted is a step that plans as it is told.
type Scripted struct {
	Called string
	Plans  func(model.Observed) model.Change
}

// Name implements model.Step.
func (s Scripted) Name() string { return s.Called }

// ID implements model.Step.
func (s Scripted) ID() string { return "test:" + model.Slug(s.Called) }

// Probe implements model.Step.
func (s Scripted) Probe() model.Script { return "" }

// Plan implements model.Step.
func (s Scripted) Plan(_ model.Facts, o model.Observed) model.Change { return s.Plans(o) }

// Always plans the same change each time.
func Always(c model.Change) func(model.Observed) model.Change {
	return func(model.Observed) model.Change { return c }
}

// WhenDue plans a change where the step is due.
func WhenDue(c model.Change) func(model.Observed) model.Change {
	return func(o model.Observed) model.Change {
		if !o.Due {
			return model.Change{}
		}
		return c
	}
}

// SeenBy is a step whose probe shows a file, as it is.
type SeenBy struct {
	Called, Path string
	Plans        func(model.Observed) model.Change
}

// Name implements model.Step.
func (s SeenBy) Name() string { return s.Called }

// ID implements model.Step.
func (s SeenBy) ID() string { return "test:" + model.Slug(s.Called) }

// Probe implements model.Step.
func (s SeenBy) Probe() model.Script {
	return model.Script("cat " + s.Path + " 2>/dev/null || echo nothing")
}

// Plan implements model.Step.
func (s SeenBy) Plan(_ model.Facts, o model.Observed) model.Change { return s.Plans(o) }

// Names are the names of the items' steps, in order.
func Names(items []model.Item) []string {
	var all []string
	for _, it := range items {
		all = append(all, it.Step.Name())
	}
	return all
}

// NotTheSites refuses what lies in a site's home and is root's: the site may have moved it there.
func NotTheSites(path string) model.Change {
	return model.Refusal(path+" belongs to root, not to example", "look at it on the host; where it is the site's, run there: sudo chown -h example: "+path)
}
