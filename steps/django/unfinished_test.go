package django

import (
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// What was cut off on a host is told, with what goes on with it.
func TestUnfinished(t *testing.T) {
	removing := model.Facts{Sites: map[string]model.Site{"shop": {Domain: "shop.org", Kept: map[string]string{"removing": "yes"}}, "other": {Domain: "other.org"}}}
	const adopt = "`djship adopt example example.com` goes on with it, and `djship adopt example example.com --undo` gives the site back"
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing", Step: Unfinished{}},
		{Name: "taking over", Step: Unfinished{}, Seen: "half example example.com\n", Want: model.Refusal("taking example over was cut off", adopt)},
		{Name: "taking over, by an older djship", Step: Unfinished{}, Seen: "half example \n",
			Want: model.Refusal("taking example over was cut off", "`djship adopt example DOMAIN` goes on with it, and `djship adopt example DOMAIN --undo` gives the site back")},
		{Name: "removal", Step: Unfinished{}, Facts: removing, Want: model.Refusal("the removal of shop was cut off", "`djship remove shop` ends it")},
		{Name: "both", Step: Unfinished{}, Facts: removing, Seen: "half example example.com\n",
			Want: model.Refusal("taking example over was cut off; the removal of shop was cut off", adopt+"; `djship remove shop` ends it")},
	})
}
