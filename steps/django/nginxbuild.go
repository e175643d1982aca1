package django

import (
	"slices"
	"strconv"
	"strings"

	"djship/assets"
	"djship/steps/model"
)

// An nginxBuild is the version of an nginx, and of the OpenSSL that it runs with: "1.22.1", "3.0.11".
type nginxBuild struct{ version, openSSL string }

// usualNginx is what comes with a distribution, for a host that has no nginx yet.
func usualNginx(f model.Facts) nginxBuild {
	usual := map[string]nginxBuild{
		"debian 11": {"1.18.0", "1.1.1"}, "debian 12": {"1.22.1", "3.0.0"}, "debian 13": {"1.26.3", "3.5.0"},
		"ubuntu 20.04": {"1.18.0", "1.1.1"}, "ubuntu 22.04": {"1.18.0", "3.0.0"}, "ubuntu 24.04": {"1.24.0", "3.0.0"}, "ubuntu 24.10": {"1.26.0", "3.3.0"},
		"ubuntu 25.04": {"1.26.0", "3.4.0"}, "ubuntu 25.10": {"1.28.0", "3.5.0"}, "ubuntu 26.04": {"1.28.0", "3.5.0"},
	}
	return usual[f.ID+" "+f.Version]
}

// from tells whether a version is another one or later.
func from(version, other string) bool { return slices.Compare(numbers(version), numbers(other)) >= 0 }

// numbers are those of a version: 3 and 0 and 11 of "3.0.11".
func numbers(version string) []int {
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		digits := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(part)
		}
		n, _ := strconv.Atoi(part[:digits])
		all = append(all, n)
	}
	return all
}

// listen are the lines by which a server block takes https, of HTTP/2, too, on all addresses of a host.
func (n nginxBuild) listen(f model.Facts, more string) string {
	lines := []string{"listen 443 ssl"}
	if f.IPv6 {
		lines = append(lines, "listen [::]:443 ssl")
	}
	own := from(n.version, "1.25.1") // a line of its own for HTTP/2
	for i := range lines {
		if !own {
			lines[i] += " http2"
		}
		lines[i] += more + ";"
	}
	if own {
		lines = append(lines, "http2 on;")
	}
	return strings.Join(lines, "\n")
}

// rejects tells whether it can refuse a handshake by itself.
func (n nginxBuild) rejects() bool { return from(n.version, "1.19.4") }

// profile are the lines that say which protocols and ciphers there are.
func (n nginxBuild) profile() string {
	groups := "X25519:prime256v1:secp384r1"
	if from(n.openSSL, "3.5.0") {
		groups = "X25519MLKEM768:" + groups
	}
	return strings.TrimSuffix(assets.Render("https/profile.conf", map[string]any{"Groups": groups}), "\n")
}
