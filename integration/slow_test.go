//go:build linux

package integration

import (
	"fmt"
	"hash/crc32"
	"os"
	"testing"
)

// slow skips, aloud, a test that takes minutes, unless DJSHIP_SLOW=1 asks for these, as `make test-slow` does. DJSHIP_PART=I/N, which CI
// sets by what it checks, asks for the I-th of N parts of them only, I from 0.
func slow(t *testing.T) {
	t.Helper()
	if !slowToo() {
		t.Skip("it takes minutes: run with DJSHIP_SLOW=1, or `make test-slow`")
	}
	part := os.Getenv("DJSHIP_PART")
	if part == "" {
		return
	}
	of, err := partOf(t.Name(), part)
	if err != nil {
		t.Fatal(err)
	}
	if of != part {
		t.Skipf("it is in part %s of the slow tests, and part %s is asked for: `make test-slow` runs all", of, part)
	}
}

// partOf is the part that a test of a name is in, where part I/N tells in how many they are.
func partOf(name, part string) (string, error) {
	var i, n uint32
	if _, err := fmt.Sscanf(part, "%d/%d", &i, &n); err != nil || n == 0 || i >= n {
		return "", fmt.Errorf("DJSHIP_PART is %q: it should be I/N, as 0/3", part)
	}
	return fmt.Sprintf("%d/%d", crc32.ChecksumIEEE([]byte(name))%n, n), nil
}

// Each slow test is in one part, and what is no part is refused.
func TestPartOfTheSlowTests(t *testing.T) {
	in := map[string]int{}
	for i := range 300 {
		name := fmt.Sprint("Test", i)
		one, err := partOf(name, "0/3")
		if other, _ := partOf(name, "2/3"); err != nil || one != other {
			t.Fatalf("%s is in %s and in %s: %v", name, one, other, err)
		}
		in[one]++
	}
	for _, part := range []string{"0/3", "1/3", "2/3"} {
		if in[part] < 50 {
			t.Errorf("part %s has %d of 300", part, in[part])
		}
	}
	for _, part := range []string{"3/3", "0/0", "third", "-1/3"} {
		if got, err := partOf("Test", part); err == nil {
			t.Errorf("%s: %s, should be refused", part, got)
		}
	}
}

// slowToo tells whether tests that take minutes are asked for.
func slowToo() bool { return os.Getenv("DJSHIP_SLOW") == "1" }

// thorough tells whether what holds on each release is proven on each: with DJSHIP_SLOW=1, but not in CI,
// where a whole run has an hour.
func thorough() bool { return slowToo() && os.Getenv("CI") != "true" }
