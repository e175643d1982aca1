package inventory

import (
	"fmt"
	"strings"
	"testing"

	"djship/inventory/sshconfig"
)

// large is an inventory of 10,000 hosts in 100 groups, half of them written as ranges.
func large() string {
	var b strings.Builder
	for g := range 100 {
		fmt.Fprintf(&b, "[g%02d]\n", g)
		fmt.Fprintf(&b, "g%02d-[01:50].example.com ansible_user=deploy\n", g)
		for h := range 50 {
			fmt.Fprintf(&b, "h%02d-%02d.example.com ansible_host=10.%d.0.%d ansible_port=22 color='[1, 2]'\n", g, h, g, h)
		}
		fmt.Fprintf(&b, "[g%02d:vars]\nx=%d\n", g, g)
	}
	b.WriteString("[staging:children]\ng00\n[production:children]\n")
	for g := range 99 {
		fmt.Fprintf(&b, "g%02d\n", g+1)
	}
	return b.String()
}

func BenchmarkLoad10000(b *testing.B) {
	text := large()
	for b.Loop() {
		inv, err := Load([]string{"-"}, strings.NewReader(text))
		if err != nil {
			b.Fatal(err)
		}
		if n := len(inv.Hosts()); n != 10000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkSelect10000(b *testing.B) {
	inv, err := Load([]string{"-"}, strings.NewReader(large()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := inv.Select("production:!g5*:&*-0*"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkResolve10000 is without any ssh_config.
func BenchmarkResolve10000(b *testing.B) {
	inv, err := Load([]string{"-"}, strings.NewReader(large()))
	if err != nil {
		b.Fatal(err)
	}
	c, err := sshconfig.Open("none")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, h := range inv.Hosts() {
			if _, err := Resolve(h, Flags{}, c); err != nil {
				b.Fatal(err)
			}
		}
	}
}
