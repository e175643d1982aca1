package runner

import (
	"regexp"
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
	"djship/steps/model"
)

// supervisor is a Perl program that does with sockets and accounts what supervisord does: it opens the socket of the
// program "nobody" where held says so, and starts each child by its words: whose account it has, what sockets.
const supervisor = `use Socket; $| = 1; my ($held, @children) = @ARGV;
mkdir "/webapps", 0755; mkdir "/webapps/.sockets", 0755; mkdir "/webapps/nobody_project", 0755; mkdir "/webapps/nobody_project/run", 0755;
sub bound { my ($path) = @_; unlink $path; socket my $s, PF_UNIX, SOCK_STREAM, 0; bind $s, pack_sockaddr_un($path) or die "$path: $!"; listen $s, 5; $s }
my $socket; $socket = bound("/webapps/.sockets/nobody.sock") if $held;
my $other = bound("/webapps/.sockets/other.sock");
open my $pid, ">", "/run/djship-supervisord.pid"; print $pid "$$\n"; close $pid;
for my $words (@children) {
	pipe my $r, my $w; next if my $child = fork and <$r>;
	my $own; $own = bound("/webapps/nobody_project/run/gunicorn.sock") if $words =~ /own/;
	$own = bound("\0x\n0: 1 0 1 1 1 " . (readlink("/proc/$$/fd/" . fileno($words =~ /other/ ? $other : $socket)) =~ /(\d+)/)[0] . " /webapps/.sockets/nobody.sock") if $words =~ /forged/;
	close $socket if $socket && $words !~ /socket/;
	close $other if $words !~ /other/;
	if ($words =~ /named/) { open my $n, ">", "/run/named"; print $n "$$\n" }
	my ($uid) = $words =~ /uid=(\d+)/; $( = $) = "$uid $uid"; $< = $> = $uid;
	if ($words =~ /workers=(\d+)/) { for (1 .. $1) { next if fork; sleep 1000; exit } }
	print $w "ready\n"; close $w; close $r; sleep 1000; exit;
}
print "up\n"; close STDOUT; sleep 1000`

// Which process is a site's gunicorn is told by the socket, and not by the account or by what it is named.
func TestSupervised(t *testing.T) {
	const conf = "socket=unix:///webapps/.sockets/nobody.sock\n"
	for _, c := range []struct {
		name, conf string
		words      []string // whether the socket is held, and the children
		want       string   // with its ages left out
	}{
		{"gunicorn", conf, []string{"1", "uid=65534 socket workers=3"}, "running 3"},
		{"gunicorn that begins", conf, []string{"1", "uid=65534 socket"}, "running 0"},
		{"gunicorn and celery", conf, []string{"1", "uid=65534 workers=7", "uid=65534 socket workers=2", "uid=65534"}, "running 2"},
		{"celery alone", conf, []string{"", "uid=65534 workers=7"}, ""},
		{"celery, and the socket is open", conf, []string{"1", "uid=65534 workers=7"}, ""},
		{"another account's", conf, []string{"1", "uid=65533 socket"}, ""},
		{"another socket of supervisord's", conf, []string{"1", "uid=65534 other"}, ""},
		{"another socket that says it is this", conf, []string{"", "uid=65534 other forged"}, ""},
		{"a line too many about its socket", conf, []string{"1", "uid=65534 socket workers=3 named", "uid=65533 socket forged"}, "running 3"},
		{"one of before the sockets", "[program:nobody]\n", []string{"", "uid=65534 own workers=4", "uid=65534 workers=7"}, "running 4"},
		{"celery beside one of before", "[program:nobody]\n", []string{"", "uid=65534 workers=7"}, ""},
		{"a socket of its own where supervisord opens one", conf, []string{"", "uid=65534 own"}, ""},
		{"nobody", conf, []string{"1"}, ""},
	} {
		for how, from := range map[string]string{"lists": "", "no lists": "/children\""} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				t.Parallel()
				s := scratch.New(t, "dash")
				s.Write("/etc/supervisor/nobody.conf", c.conf, 0o644)
				s.Write("/usr/local/bin/supervisorctl", "#!/bin/sh\n[ \"$*\" = '-c /etc/supervisord.conf pid nobody' ] && cat /run/named || echo 0\n", 0o755)
				s.Write("/run/supervisor.pl", supervisor, 0o600)
				text := prelude(assets.Text("shell/supervised.sh") + ": >/run/up; perl /run/supervisor.pl " + model.QuoteAll(c.words...) + " </dev/null >/run/up 2>&1 &\nuntil grep -q up /run/up; do sleep 0.05; done\nsupervised nobody\n")
				if from != "" {
					text = strings.ReplaceAll(text, from, `/nothing"`)
				}
				out := s.Run(text)
				got := regexp.MustCompile(`^(running \d+) [0-9]{1,2} [0-9]{1,2} 1\d{9}\n$`).ReplaceAllString(strings.TrimPrefix(out, "\n"), "$1")
				if got, _, _ = strings.Cut(got, "\nMARK"); got != c.want {
					t.Errorf("%q, want %q; %s", out, c.want, s.Read("/run/up"))
				}
			})
		}
	}
}

// Without supervisord, or an account, there is none.
func TestSupervisedByNobody(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		if got := s.Run(prelude(assets.Text("shell/supervised.sh") + "supervised nobody; supervised nosuchaccount\n")); got != "" {
			t.Errorf("%q", got)
		}
		s.Write("/run/djship-supervisord.pid", "999999\n", 0o644)
		if got := s.Run(prelude(assets.Text("shell/supervised.sh") + "supervised nobody\n")); got != "" {
			t.Errorf("a pid of nobody's: %q", got)
		}
	})
}

// newest is about what gunicorn reads: not about what a site writes as it runs, and not by times that an
// upload brings along.
func TestNewest(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(`mkdir -p /srv/home/shop/app/templates /srv/home/shop/.git /srv/home/shop/node_modules/x /srv/home/shop/venv/lib/python3/site-packages /srv/home/shop/app/__pycache__
echo >/srv/home/shop/app/views.py; sleep 1.1`)
		ask := func() string {
			return s.Run("export HOME=/srv/home; " + assets.Text("shell/newest.sh") + "cd /; newest shop; newest nothing; pwd; echo ctime $(stat -c %Z /srv/home/shop/app/views.py)")
		}
		first := ask()
		if newest, ctime, _ := strings.Cut(strings.TrimPrefix(first, "newest "), "\n/\nctime "); newest == "" || newest+"\n" != ctime {
			t.Fatalf("%q", first)
		}
		s.Run(`cd /srv/home/shop; echo >.git/x.py; echo >.settings.py; echo >node_modules/x/x.py; echo >venv/lib/python3/site-packages/x.py; echo >app/__pycache__/x.py; echo >db.sqlite3; echo >app/log.txt; mkfifo app/x.py`)
		if now := ask(); now != first {
			t.Errorf("what is no code counts: %q, before %q", now, first)
		}
		for _, change := range []string{"cp -p app/views.py app/more.py", "touch -d 2001-01-01 app/views.py", "echo >app/templates/x.html", "mkdir -p a/b/c && echo >a/b/c/x.py", "mv /srv/home/shop /srv/home/releases && ln -s releases /srv/home/shop"} {
			before, _, _ := strings.Cut(ask(), "\n")
			s.Run("sleep 1.1; cd /srv/home/shop; " + change)
			if after, _, _ := strings.Cut(ask(), "\n"); after <= before || !strings.HasPrefix(after, "newest ") {
				t.Errorf("%s: %q, before %q", change, after, before)
			}
		}
	})
}
