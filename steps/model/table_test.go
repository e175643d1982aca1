package model

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a migration destroys and locks in a database is as large as the largest of other databases has it; what is in none of them is nothing there.
func TestSized(t *testing.T) {
	m := Migration{Name: "shop.0002", Destroys: []Destroyed{{What: "column shop_thing.color is removed", Rows: 3, Bytes: 9}, {What: "table shop_old", Rows: 4, Bytes: 8}, {What: "column odd", Rows: 1}}, Locks: []Locked{{Table: `"shop_thing"`, Mode: "ACCESS EXCLUSIVE", Rows: 3, Bytes: 8192}}}
	got := m.Sized([]Table{{"shop_thing", 70, 4096}, {"other", 1, 1}}, []Table{{"shop_thing", 5, 16384}})
	want := Migration{Name: "shop.0002", Destroys: []Destroyed{{What: "column shop_thing.color is removed", Rows: 70, Bytes: 16384, About: true}, {What: "table shop_old"}, {What: "column odd"}}, Locks: []Locked{{Table: `"shop_thing"`, Mode: "ACCESS EXCLUSIVE", Rows: 70, Bytes: 16384}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if m.Destroys[0].Rows != 3 || m.Locks[0].Rows != 3 {
		t.Error("the migration itself has changed")
	}
}
