package server

import (
	"testing"

	"djship/assets"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestPoller(t *testing.T) {
	module, loads := model.Sum(assets.Text("host/djship_poller.py"))+"  -\n", model.Sum("import djship_poller\n")+"  -\n"
	create := model.Change{Told: model.Told{Verb: model.Create, Detail: "supervisord has it from its next start on"}}
	has := []string{"site-packages/djship_poller.py <<'MODULE'\n", "site-packages/djship_poller.pth <<'LOADS'\nimport djship_poller\nLOADS\n"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: Poller{}, Want: create, Has: has},
		{Name: "right", Step: Poller{}, Seen: module + loads},
		{Name: "cut off before it is loaded", Step: Poller{}, Seen: module, Want: create, Has: has},
		{Name: "half written", Step: Poller{}, Seen: model.Sum("half") + "  -\n" + loads, Want: create, Has: has},
	})
}
