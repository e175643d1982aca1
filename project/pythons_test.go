package project

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPythons(t *testing.T) {
	for said, want := range map[string][]string{
		hostsOwn: nil, "3.12": {"3.12"}, "3.11.4": {"3.11"}, "python-3.10.2": {"3.10"}, ">=3.12": {"3.14", "3.13", "3.12"}, ">=3.9,<3.11": {"3.10", "3.9"},
		"~=3.13": {"3.14", "3.13"}, "^3.13": {"3.14", "3.13"}, "==3.12.*": {"3.12"}, ">=4": nil, "whatever": nil,
	} {
		p := &Project{Choices: []Choice{{Key: "python", Value: said}}}
		if diff := cmp.Diff(want, p.Pythons()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", said, diff)
		}
	}
	if got := (&Project{}).Pythons(); got != nil {
		t.Errorf("nothing said: %v", got)
	}
}
