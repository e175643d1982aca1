package model

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatAMigrationDoes(t *testing.T) {
	gone := Migration{Name: "shop.0003", Atomic: true, Destroys: []Destroyed{{What: "table shop_old", Rows: 1204, Bytes: 3 << 29}, {What: "table shop_none"}, {What: "column a.b is removed", Rows: 1, Bytes: 1, About: true}}}
	code := Migration{Name: "shop.0004", Python: true, Irreversible: []string{"Raw Python operation", "Raw SQL operation"}}
	lock := Migration{Name: "shop.0002", Atomic: true, Locks: []Locked{{"shop_thing", "ACCESS EXCLUSIVE", 2, 65536, "read whole"}, {"b", "SHARE", 0, 0, ""}, {"c", "ROW EXCLUSIVE", 0, 0, ""}}}
	unknown := Migration{Name: "shop.0005", Unknown: "it was not looked at"}
	for _, c := range []struct {
		m    Migration
		want []string
	}{
		{gone, []string{"destroys data: table shop_old, 1,204 rows, 1.5 GiB", "destroys data: column a.b is removed, about 1 row, 1 byte"}},
		{code, []string{"can't be taken back: Raw Python operation, Raw SQL operation", "Python code, which can't be shown", "not atomic: where it fails a part of it stays"}},
		{lock, []string{"locks shop_thing, about 2 rows, 64 KiB: nobody reads or writes it, while it is read whole", "locks b, about 0 rows, 0 bytes: nobody writes it"}},
		{unknown, []string{"it was not looked at"}},
		{Migration{Atomic: true, Breaks: []Break{{"shop_thing", "name", "is title", "keep the name"}, {"shop_old", "", "is gone", ""}}}, []string{"breaks the live release: shop_thing.name is title", "breaks the live release: shop_old is gone"}},
	} {
		if diff := cmp.Diff(c.want, c.m.Told()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.m.Name, diff)
		}
	}
	for _, c := range []struct {
		all  []Migration
		want string
	}{
		{nil, ""}, {[]Migration{{Name: "shop.0001", Atomic: true}}, ""},
		{[]Migration{unknown, lock}, "shop.0002 locks shop_thing, about 2 rows, 64 KiB: nobody reads or writes it, while it is read whole"},
		{[]Migration{lock, code}, "shop.0004 can't be taken back: Raw Python operation, Raw SQL operation"},
		{[]Migration{lock, code, gone}, "shop.0003 destroys data: table shop_old, 1,204 rows, 1.5 GiB"},
	} {
		if got := Worst(c.all); got != c.want {
			t.Errorf("the worst: %q, want %q", got, c.want)
		}
	}
}
