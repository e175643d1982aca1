package rollout

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseShare(t *testing.T) {
	good := map[string]Share{"0": {}, "3": {N: 3}, "0%": {Percent: true}, "25%": {25, true}, " 100% ": {100, true}}
	for text, want := range good {
		if got, err := ParseShare(text); err != nil || got != want {
			t.Errorf("ParseShare(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "%", "-1", "+1", "-5%", "101%", "1.5", "ten", "10 %", "1%%"} {
		if got, err := ParseShare(text); err == nil {
			t.Errorf("ParseShare(%q) = %v, want an error", text, got)
		}
	}
}

func TestParseBatches(t *testing.T) {
	got, err := ParseBatches("1, 25%,100%")
	if diff := cmp.Diff([]Share{{N: 1}, {25, true}, {100, true}}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, text := range []string{"", "0", "1,0", "1,0%", "1,,2", "1,", "all"} {
		if got, err := ParseBatches(text); err == nil {
			t.Errorf("ParseBatches(%q) = %v, want an error", text, got)
		}
	}
}

func TestShareOf(t *testing.T) {
	tests := []struct {
		share string
		hosts int
		want  int
	}{
		{"0", 0, 0}, {"0", 12, 0}, {"1", 0, 0}, {"1", 1, 1}, {"3", 2, 2}, {"3", 12, 3},
		{"0%", 0, 0}, {"0%", 12, 0}, {"10%", 0, 0},
		{"1%", 1, 1}, {"10%", 1, 1}, {"100%", 1, 1},
		{"10%", 9, 1}, {"10%", 10, 1}, {"10%", 12, 1}, {"10%", 19, 1}, {"10%", 20, 2},
		{"25%", 3, 1}, {"25%", 12, 3}, {"33%", 3, 1}, {"34%", 3, 1}, {"50%", 3, 1}, {"67%", 3, 2},
		{"99%", 2, 1}, {"99%", 100, 99}, {"1%", 99, 1}, {"1%", 300, 3}, {"100%", 300, 300},
	}
	for _, tt := range tests {
		share, err := ParseShare(tt.share)
		if got := share.Of(tt.hosts); err != nil || got != tt.want {
			t.Errorf("%s of %d hosts is %d, want %d (%v)", tt.share, tt.hosts, got, tt.want, err)
		}
	}
}

// The sizes without a canary are those that ansible-core makes of the same serial.
func TestBatches(t *testing.T) {
	tests := []struct {
		hosts  int
		batch  string
		canary bool
		want   []int
	}{
		{0, "", false, nil}, {0, "", true, nil}, {0, "1,100%", true, nil},
		{1, "", false, []int{1}}, {1, "", true, []int{1}}, {1, "5", false, []int{1}}, {1, "25%", true, []int{1}},
		{12, "", false, []int{12}}, {12, "", true, []int{1, 11}},
		{3, "1", false, []int{1, 1, 1}},
		{12, "5", false, []int{5, 5, 2}},
		{12, "2,5,100%", false, []int{2, 5, 5}},
		{12, "2,5", false, []int{2, 5, 5}},
		{13, "2,5", false, []int{2, 5, 5, 1}},
		{12, "1,25%,100%", false, []int{1, 3, 8}},
		{12, "1,25%,100%", true, []int{1, 1, 3, 7}},
		{10, "30%", false, []int{3, 3, 3, 1}},
		{3, "10%", false, []int{1, 1, 1}},
		{2, "1,100%", true, []int{1, 1}},
		{100, "20%", true, []int{1, 20, 20, 20, 20, 19}},
		{5, "100", false, []int{5}},
	}
	for _, tt := range tests {
		var list []Share
		if tt.batch != "" {
			var err error
			if list, err = ParseBatches(tt.batch); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(tt.want, Batches(tt.hosts, list, tt.canary)); diff != "" {
			t.Errorf("%d hosts, --batch %q, canary %v (-want +got):\n%s", tt.hosts, tt.batch, tt.canary, diff)
		}
	}
}
