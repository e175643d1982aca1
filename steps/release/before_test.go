package release

import (
	"strings"
	"testing"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestBefore(t *testing.T) {
	for _, c := range []struct{ history, live, want string }{
		{"", "0", "0"}, {"", "a", "0"}, {"a", "a", "0"}, {"a b", "b", "a"},
		{"a b", "c", "b"},       // c is being watched
		{"a b c b", "b", "a"},   // went back once
		{"a b c b a", "a", "0"}, // and again
		{"a b c b d", "d", "b"}, // c was left behind
		{"a b c b c", "c", "b"}, // and is there again
		{"a a b b", "b", "a"},   // restarts
		{"a b c", "b", "a"},     // by hand
		{"a b 0 c", "c", "0"}, {"a b 0 c 0 c", "c", "0"}, {"a 0 a", "a", "0"},
		{"a b", "0", "b"}, // what is in the home came in its place
	} {
		if got := Before(strings.Fields(c.history), c.live); got != c.want {
			t.Errorf("%q, %s: %s, want %s", c.history, c.live, got, c.want)
		}
	}
}

func TestFrom(t *testing.T) {
	r := aPush()
	const other = "20261125-101500-9a2b3c4"
	step := From{Site: r.Site, Live: r.ID, To: other}
	live := func(id string) model.Facts { return has(model.Site{Domain: "example.com", Python: 3, Live: id}) }
	modeltest.Run(t, []modeltest.Case{
		{Name: "as it was", Step: step, Facts: live(r.ID)},
		{Name: "is done", Step: step, Facts: live(other)},
		{Name: "another", Step: step, Facts: live("20261127-101500-8a2b3c4"),
			Want: model.Refusal("another run has made 20261127-101500-8a2b3c4 live meanwhile", "`djship releases example` tells what is live now, then run the same command again")},
		{Name: "none any more", Step: step, Facts: live(""),
			Want: model.Refusal("another run has made what is in the site's home live meanwhile", "`djship releases example` tells what is live now, then run the same command again")},
		{Name: "no site", Step: step},
		{Name: "from none", Step: From{Site: r.Site, Live: django.Zero, To: other}, Facts: live("")},
	})
}
