package runner

import (
	"slices"
	"strings"
	"testing"

	"djship/runner/scratch"
)

// What a login's environment tells programs to load or whom to ask does not reach what root runs; where
// an administrator has proxies, mirrors and certificates does.
func TestSurroundingsAreDropped(t *testing.T) {
	t.Parallel()
	for _, under := range []string{"", "set -o posix; "} {
		scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
			if under != "" && !strings.HasSuffix(s.Shell, "bash") {
				return
			}
			given := []string{"HOME=/tmp/x", "USER=ann", "PYTHONPATH=/tmp", "PYTHONSTARTUP=/tmp/x", "PERL5OPT=-Mevil", "PERL5LIB=/tmp", "BASH_ENV=/tmp/x", "ENV=/tmp/x",
				"CDPATH=/tmp", "GIT_DIR=/tmp", "GIT_CONFIG_COUNT=1", "XDG_CONFIG_HOME=/tmp", "TMPDIR=/tmp/x", "LANGUAGE=xx", "LOCPATH=/tmp", "APT_CONFIG=/tmp/x",
				"PGHOST=/tmp", "PGPASSFILE=/tmp/x", "NGINX=9", "VIRTUALENV_CONFIG_FILE=/tmp/x", "OPENSSL_CONF=/tmp/x", "GREP_OPTIONS=-v", "TAR_OPTIONS=-x", "SSH_AUTH_SOCK=/tmp/x",
				"MANY='one\nPATH=/tmp\nexport TZ=x'", "HTTPS_PROXY=http://proxy:1", "http_proxy=http://proxy:2", "PIP_INDEX_URL=https://pypi.example/", "SSL_CERT_FILE=/etc/x", "TZ=Europe/Vienna", "mark=x", "stage='a b'", "name=x"}
			out := s.Run(under + "export " + strings.Join(given, " ") + "\n" + prelude("env; echo \"our own: $mark $stage\""))
			var got []string
			for line := range strings.Lines(out) {
				name, _, _ := strings.Cut(line, "=")
				if !slices.Contains([]string{"PWD", "OLDPWD", "SHLVL", "_"}, name) {
					got = append(got, strings.TrimSpace(line))
				}
			}
			slices.Sort(got)
			want := "DEBIAN_FRONTEND=noninteractive\nHOME=/root\nHTTPS_PROXY=http://proxy:1\nLC_ALL=C\nLOGNAME=root\n" +
				"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPIP_INDEX_URL=https://pypi.example/\nSSL_CERT_FILE=/etc/x\nTZ=Europe/Vienna\nUSER=root\n" +
				"http_proxy=http://proxy:2\nour own: MARK a b"
			if all := strings.Join(got, "\n"); all != want {
				t.Errorf("got\n%s\nwant\n%s", all, want)
			}
		})
	}
}
