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
		{Name: "a deploy of one that is taken over", Step: TakenOver{Site{Project: "example", Domain: "example.com"}}},
		{Name: "a deploy of one that is half so", Step: TakenOver{Site{Project: "example", Domain: "example.com"}}, Seen: "half\n", Want: model.Refusal("taking example over is at work, or was cut off", adopt)},
		{Name: "taking over", Step: Unfinished{}, Seen: "half example example.com\n", Want: model.Refusal("taking example over is at work, or was cut off", adopt)},
		{Name: "taking over, by an older djship", Step: Unfinished{}, Seen: "half example \n",
			Want: model.Refusal("taking example over is at work, or was cut off", "`djship adopt example DOMAIN` goes on with it, and `djship adopt example DOMAIN --undo` gives the site back")},
		{Name: "removal", Step: Unfinished{}, Facts: removing, Want: model.Refusal("the removal of shop is at work, or was cut off", "`djship remove shop` ends it")},
		{Name: "restore", Step: Unfinished{}, Seen: "laid shop\n",
			Want: model.Refusal("a restore of shop is at work, or was cut off", "the next `djship restore shop FILE` takes away what it has left, and so does `djship remove shop`")},
		{Name: "both", Step: Unfinished{}, Facts: removing, Seen: "half example example.com\n",
			Want: model.Refusal("taking example over is at work, or was cut off; the removal of shop is at work, or was cut off", adopt+"; `djship remove shop` ends it")},
	})
}
