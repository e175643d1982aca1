package runner

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/runner/scratch"
	"djship/shell"
)

// supervisor is a Perl program that answers as supervisord does, or as how says, of programs that it is told of as
// "GROUP NAME STATE words": those words tell how many workers it has, and what else is odd about it. All have nobody's
// account and hold the socket of the site nobody, as whatever a gunicorn starts may.
const supervisor = `use Socket; $| = 1; my ($how, @programs) = @ARGV;
sub bound { my ($path) = @_; socket my $s, PF_UNIX, SOCK_STREAM, 0; bind $s, pack_sockaddr_un($path) or die "$path: $!"; listen $s, 5; $s }
$^F = 100; mkdir "/webapps", 0755; mkdir "/webapps/.sockets", 0755; my $site = bound("/webapps/.sockets/nobody.sock");
$SIG{PIPE} = "IGNORE"; my ($said, $lines, $pids) = ("", "", "");
for (@programs) {
	my ($group, $name, $state, $words) = split " ", $_, 4; my $pid = 0;
	if ($state =~ /^(?:RUNNING|STARTING|STOPPING)$/) {
		pipe my $r, my $w;
		if (!($pid = fork)) {
			$( = $) = "65534 65534"; $< = $> = 65534;
			if ($words =~ /workers=(\d+)/) { for (1 .. $1) { next if fork; sleep 1000; exit } }
			print $w "ready\n"; close $w; close $r; exit if $words =~ /ended/; sleep 1000; exit;
		}
		<$r>;
	}
	$pid = 999999 if $words =~ /nobody/;
	my %is = (group => $group, name => $name, statename => $state, pid => $pid, now => time, description => "&lt;name&gt;pid&lt;/name&gt;&lt;struct&gt; 1");
	$said .= "<value><struct>\n" . join("", map { "<member>\n<name>$_</name>\n<value><" . ($is{$_} =~ /^\d+$/ ? "int>$is{$_}</int" : "string>$is{$_}</string") . "></value>\n</member>\n" } keys %is) . "</struct></value>\n";
	my $full = $group eq $name ? $name : "$group:$name"; $pids .= "$full $pid\n";
	$lines .= "$full   $state   " . ($state eq "RUNNING" ? "pid $pid, uptime 0:01:02" : $state =~ /ING$/ ? "" : "Not started") . "\n";
}
open my $status, ">", "/run/status"; print $status $lines; close $status;
open my $numbers, ">", "/run/pids"; print $numbers $pids; close $numbers;
exit !print "up\n" if $how eq "absent";
my $socket = bound("/run/supervisord.sock"); print "up\n"; exit if $how eq "gone"; close STDOUT;
sleep 1000 if $how eq "hung";
while (accept my $c, $socket) {
	my $asked = ""; while ($asked !~ m(</methodCall>)) { sysread $c, $asked, 4096, length $asked or last }
	$asked =~ m(^POST /RPC2 HTTP/1\.0\r\n.*supervisor\.getAllProcessInfo)s or die $asked;
	if ($how eq "password") { print $c "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"default\"\r\n\r\n" }
	elsif ($how eq "endless") { $c->autoflush; 1 while print $c "<value><struct>" x 1000 }
	elsif ($how eq "stopping") { print $c "HTTP/1.0 200 OK\r\n\r\n<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>6</int></value></member><member><name>faultString</name><value><string>SHUTDOWN_STATE</string></value></member></struct></value></fault></methodResponse>" }
	else { print $c "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n<?xml version=\"1.0\"?><methodResponse><params><param><value><array><data>$said</data></array></value></param></params></methodResponse>\n" }
	close $c;
}`

// client stands for supervisorctl.
const client = `#!/bin/sh
: >/run/ctl
case $* in
'-c /etc/supervisord.conf status') cat /run/status ;;
'-c /etc/supervisord.conf pid '*)
	shift 3
	for full; do awk -v full="$full" '$1 == full { print $2 }' /run/pids; done
	;;
esac
exit 3
`

// Which process is a site's gunicorn, and whether there is one, supervisord tells: not the account, nor a socket.
func TestSupervised(t *testing.T) {
	t.Parallel()
	const celery, inherited = "nobody_celery nobody_celery RUNNING workers=7", "helper helper RUNNING workers=4"
	for _, c := range []struct {
		name, how string
		programs  []string
		asked     string   // the programs that are asked for
		want      []string // with ages left out
	}{
		{"gunicorn", "", []string{"nobody nobody RUNNING workers=3"}, "nobody", []string{"nobody 3"}},
		{"gunicorn that begins", "", []string{"nobody nobody STARTING "}, "nobody", []string{"nobody 0"}},
		{"gunicorn that ends", "", []string{"nobody nobody STOPPING workers=1"}, "nobody", []string{"nobody 1"}},
		{"gunicorn between two tries", "", []string{"nobody nobody BACKOFF "}, "nobody", nil},
		{"gunicorn that was stopped", "", []string{"nobody nobody STOPPED "}, "nobody", nil},
		{"gunicorn that never came up", "", []string{"nobody nobody FATAL "}, "nobody", nil},
		{"gunicorn that has ended", "", []string{"nobody nobody EXITED "}, "nobody", nil},
		{"one whose end is not noticed yet", "", []string{"nobody nobody RUNNING ended"}, "nobody", nil},
		{"a pid of nobody's", "", []string{"nobody nobody RUNNING nobody"}, "nobody", nil},
		{"gunicorn and others", "", []string{celery, "nobody nobody RUNNING workers=2", inherited}, "nobody", []string{"nobody 2"}},
		{"others alone", "", []string{celery, "nobody nobody STOPPED ", inherited}, "nobody", nil},
		{"others, and none of the name", "", []string{celery, inherited}, "nobody", nil},
		{"several at once", "", []string{celery, "nobody nobody RUNNING workers=2", inherited, "off off STOPPED "}, "nobody off nobody_celery", []string{"nobody 2", "nobody_celery 7"}},
		{"all at once", "", []string{celery, "nobody nobody RUNNING workers=2", inherited, "off off STOPPED "}, "", []string{"helper 4", "nobody 2", "nobody_celery 7"}},
		{"none at all", "", nil, "", nil},
		{"in a group of somebody's", "", []string{"web nobody RUNNING workers=2"}, "nobody", []string{"nobody 2"}},
		{"beside one of its name in a group", "", []string{"web nobody RUNNING workers=2", "nobody nobody RUNNING workers=3", "more nobody RUNNING workers=4"}, "nobody", []string{"nobody 3"}},
		{"a group of its name", "", []string{"nobody celery RUNNING workers=2"}, "nobody", nil},
		{"names that are odd", "", []string{"x &lt;b&gt;$(id) RUNNING ", "x \x1b[31m RUNNING ", "nobody nobody RUNNING workers=1"}, "", []string{"nobody 1"}},
		{"a password", "password", []string{celery, "nobody nobody RUNNING workers=3", "web x RUNNING ", "off off STOPPED "}, "", []string{"nobody 3", "nobody_celery 7", "x 0"}},
		{"a password, and some begin", "password", []string{"nobody nobody STARTING workers=3", celery, "web x STOPPING workers=2", "off off BACKOFF "}, "", []string{"nobody 3", "nobody_celery 7", "x 2"}},
		{"a password, and it was stopped", "password", []string{celery, "nobody nobody STOPPED "}, "nobody", nil},
		{"supervisord goes down", "stopping", []string{"nobody nobody RUNNING "}, "", nil},
		{"supervisord is not there", "absent", []string{"nobody nobody RUNNING "}, "", nil},
		{"supervisord is gone", "gone", []string{"nobody nobody RUNNING "}, "", nil},
		{"supervisord is gone, and one is asked for", "gone", []string{"nobody nobody RUNNING "}, "nobody", nil},
		{"supervisord hangs", "hung", []string{"nobody nobody RUNNING "}, "", nil},
		{"an answer without end", "endless", []string{"nobody nobody RUNNING "}, "", nil},
	} {
		for how, from := range map[string]string{"lists": "", "no lists": "/children\""} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				t.Parallel()
				s := scratch.New(t, "dash")
				s.Write("/usr/local/bin/supervisorctl", client, 0o755)
				s.Write("/run/supervisor.pl", supervisor, 0o600)
				text := prelude(assets.Code("shell/supervised.sh") + ": >/run/up; perl /run/supervisor.pl " + shell.QuoteAll(append([]string{c.how}, c.programs...)...) +
					" </dev/null >/run/up 2>&1 &\nuntil grep -q up /run/up; do sleep 0.05; done\nsupervised " + c.asked + "\n")
				if from != "" {
					text = strings.ReplaceAll(text, from, `/nothing"`)
				}
				began := time.Now()
				var got []string
				said := s.Run(text)
				for _, m := range regexp.MustCompile(`(?m)^running (\S+ \d+) [0-9]{1,2} [0-9]{1,2} 1\d{9}$`).FindAllStringSubmatch(said, -1) {
					got = append(got, m[1])
				}
				if down := strings.Contains(said, "supervisord down\n"); down != (c.asked == "" && (c.how == "gone" || c.how == "absent")) {
					t.Errorf("supervisord is down: %v", down)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%q, want %q; %s", got, c.want, s.Read("/run/up"))
				}
				if asked := s.Read("/run/ctl") != "absent"; asked != (c.how == "password") {
					t.Errorf("supervisorctl was asked: %v", asked)
				}
				if took := time.Since(began); c.how == "hung" && (took < 5*time.Second || took > time.Minute) || (c.how == "gone" || c.how == "absent") && took > 4*time.Second {
					t.Errorf("it was waited for %v", took)
				}
			})
		}
	}
}

// newest is about what gunicorn reads: not about what a site writes as it runs, and not by times that an
// upload brings along.
func TestNewest(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(`mkdir -p /srv/home/shop/app/templates /srv/home/shop/.git /srv/home/shop/node_modules/x /srv/home/shop/venv/lib/python3/site-packages /srv/home/shop/app/__pycache__
echo >/srv/home/shop/app/views.py; sleep 1.1`)
		newest := "perl -e " + shell.Quote(assets.Text("shell/newest.pl")+"print newest_below(@ARGV)") + " /srv/home "
		ask := func() string {
			return s.Run("cd /; " + newest + "shop; " + newest + "nothing; pwd; echo ctime $(stat -c %Z /srv/home/shop/app/views.py)")
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
