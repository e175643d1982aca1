package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/steps/model"
)

// A report of a release is the word of the site's account: what has another form than djship_plan.py gives it says nothing.
func TestPending(t *testing.T) {
	got := pendingOf("settings x\nplan sql nowhere\npending shop.0002_price\nplan sql ALTER TABLE \"a\";\nplan python\nplan parts\nplan irreversible Raw SQL operation\n" +
		"plan destroys 12\t8192\tabout\ttable shop_old\nplan destroys -1\tx\t\tcolumn a.b is removed\nplan destroys 1\nplan changes SQL of its own\x1b[2J\nplan locks 5\t100\tSHARE\tshop_thing\tread whole\nplan locks 5\n" +
		"plan more 7\npending blog.0001_initial\nplan unknown it was not looked at\nwarn no\n")
	want := []model.Migration{{Name: "shop.0002_price", SQL: []string{`ALTER TABLE "a";`}, Python: true, Irreversible: []string{"Raw SQL operation"},
		Destroys: []model.Destroyed{{What: "table shop_old", Rows: 12, Bytes: 8192, About: true}, {What: "column a.b is removed"}}, Changes: []string{"SQL of its own?[2J"},
		Locks: []model.Locked{{Table: "shop_thing", Mode: "SHARE", Rows: 5, Bytes: 100, Whole: "read whole"}}}, {Name: "blog.0001_initial", Atomic: true, Unknown: "it was not looked at"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
