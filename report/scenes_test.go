package report

import (
	"fmt"
	"time"

	"djship/rollout"
)

// A scene is a run to be shown: events, each at a time since the run's begin, in order.
type scene struct {
	name   string
	events []timed
	shots  []float64 // seconds at which a terminal is looked at
}

type timed struct {
	at    float64
	event rollout.Event
}

// An act is one host's part in a scene.
type act struct {
	s    *scene
	host string
	at   float64
	from float64
	n    int // changes so far
	of   int
	turn string // its name, where there are several
}

func (s *scene) add(at float64, e rollout.Event) { s.events = append(s.events, timed{at, e}) }

func (s *scene) act(at float64, host, stage string, batch, of int) *act {
	a := &act{s: s, host: host, at: at, from: at, of: of}
	s.add(at, rollout.HostStart{Host: host, Stage: stage, Batch: batch})
	a.phase("connect", 0.4)
	a.phase("probe", 0.6)
	s.add(a.at, rollout.Probed{Host: host, Facts: "Debian 12, 2 CPUs, Python 3.11.2", Total: 18, Planned: of})
	return a
}

func (a *act) phase(p string, seconds float64) {
	a.s.add(a.at, rollout.Activity{Host: a.host, Name: p})
	a.at += seconds
}

func (a *act) step(name string, st rollout.Status, detail, diff string, seconds float64, output ...string) {
	if st == rollout.Changed || st == rollout.Failed {
		a.n++
		a.s.add(a.at, rollout.StepStart{Host: a.host, Phase: a.turn, Step: name, Verb: "update", Detail: detail,
			Script: "do_" + name, Index: a.n, Of: a.of})
		for i, l := range output {
			a.s.add(a.at+seconds*float64(i+1)/float64(len(output)+1), rollout.Output{Host: a.host, Step: name, Line: l})
		}
		a.at += seconds
	}
	a.s.add(a.at, rollout.StepEnd{Host: a.host, Phase: a.turn, Step: name, Status: st, Detail: detail, Diff: diff, Seconds: seconds})
}

func (a *act) end(st rollout.Status, changed int, err, hint string) {
	a.s.add(a.at, rollout.HostEnd{Host: a.host, Status: st, Changed: changed, Error: err, Hint: hint, Seconds: a.at - a.from})
}

// deploy is what a whole, good deploy of a host looks like.
func (a *act) deploy(slow float64) {
	a.step("apt packages", rollout.OK, "", "", 0)
	a.step("account example", rollout.Changed, "create, in group webapps, home /webapps/example_project", "", 0.2)
	a.step("virtualenv", rollout.Changed, "create with python3.11", "", 2.4*slow, "created virtual environment CPython3.11.2.final.0-64 in 812ms")
	a.step("pip packages", rollout.Changed, "install django, gunicorn, psycopg, setproctitle", "", 21.3*slow,
		"Collecting django", "  Downloading django-5.2.8-py3-none-any.whl (8.3 MB)",
		"\x1b[2K     \x1b[90m━━━━━━━━━━━━━━━━\x1b[0m 8.3/8.3 MB 4.1 MB/s", "Successfully installed asgiref-3.10.0 django-5.2.8")
	a.step("database example", rollout.Changed, "create role and database", "", 0.7)
	a.step("gunicorn_start.sh", rollout.Kept, "yours, left alone; --diff shows how it differs",
		"--- gunicorn_start.sh on the server\n+++ gunicorn_start.sh\n@@ -3,1 +3,1 @@\n-WORKERS=9\n+WORKERS=5\n", 0)
	a.step("nginx site example.com", rollout.Changed, "create, reload nginx",
		"--- /dev/null\n+++ /etc/nginx/sites-available/example.com\n@@ -0,0 +1,3 @@\n+server {\n+    listen 80;\n+}\n", 0.4)
	a.phase("health", 1.1)
	a.end(rollout.Changed, 5, "", "")
}

const nginxError = `nginx does not take its new configuration (exit status 1)
nginx: [emerg] host not found in upstream "example" in /etc/nginx/sites-enabled/example.com:3
nginx: configuration file /etc/nginx/nginx.conf test failed`

// broken is a deploy that ends at nginx.
func (a *act) broken() {
	a.step("apt packages", rollout.OK, "", "", 0)
	a.step("pip packages", rollout.Changed, "install django, gunicorn, psycopg, setproctitle", "", 3.2)
	a.step("nginx site example.com", rollout.Failed, "nginx -t failed", "", 0.4, "nginx: configuration file test failed")
	a.end(rollout.Failed, 1, nginxError, "mend or remove /etc/nginx/sites-enabled/example.com, then run the same command again")
}

// nothing is a deploy of a host that is as it should be.
func (a *act) nothing() {
	for _, s := range []string{"apt packages", "account example", "pip packages"} {
		a.step(s, rollout.OK, "", "", 0)
	}
	a.end(rollout.OK, 0, "", "")
}

func (s *scene) start(check bool, stages []string, hosts ...string) {
	s.add(0, rollout.RunStart{Version: "1.0", Command: "deploy", Args: []string{"example", "example.com"},
		Check: check, Hosts: hosts, Stages: stages})
}

func (s *scene) end(at float64, e rollout.RunEnd) {
	e.Seconds = at
	e.LogDir = "/var/log/runs/20261123-114501-a1b2"
	s.add(at, e)
}

func scenes() []*scene {
	return []*scene{threeHosts(), oneHost(), checkRun(), staged(), badDay(), crowd(), nothingToDo(), mixed(), declined(), interrupted(), refused(), firstDeploy(), turns(), push()}
}

func oneHost() *scene {
	s := &scene{name: "one", shots: []float64{0.2, 5, 24}}
	s.start(false, nil, "web1")
	s.act(0, "web1", "", 1, 5).deploy(1)
	s.end(29, rollout.RunEnd{Changed: 1})
	return s
}

func threeHosts() *scene {
	s := &scene{name: "three", shots: []float64{1.5, 12, 25.5}}
	s.start(false, nil, "web1", "web2", "db.internal.example.com")
	s.act(0, "web1", "", 1, 5).deploy(1)
	s.act(0.1, "web2", "", 1, 5).deploy(1.2)
	s.act(0.2, "db.internal.example.com", "", 1, 3).broken()
	s.add(2, rollout.Note{Host: "web2", Text: "waiting for apt: unattended-upgrades (pid 812) holds its lock"})
	s.end(35, rollout.RunEnd{Status: 1, Changed: 2, Failed: 1})
	return s
}

// declined is a rollout that a person stops after staging.
func declined() *scene {
	s := &scene{name: "declined"}
	s.start(false, []string{"staging", "production"}, "stage1", "prod1", "prod2")
	s.act(0, "stage1", "staging", 1, 5).deploy(0.2)
	s.add(12, rollout.Gate{Stage: "staging", Status: rollout.GateDeclined, Detail: "production is not begun: the answer was no"})
	for _, h := range []string{"prod1", "prod2"} {
		s.add(12, rollout.HostEnd{Host: h, Status: rollout.Skipped})
	}
	s.end(12, rollout.RunEnd{Status: 4, Changed: 1, Skipped: 2})
	return s
}

// interrupted is a run that is stopped while one host is at work and another waits.
func interrupted() *scene {
	s := &scene{name: "interrupted"}
	s.start(false, nil, "web1", "web2")
	a := s.act(0, "web1", "", 1, 3)
	a.step("pip packages", rollout.Changed, "install django", "", 3)
	a.end(rollout.Skipped, 1, "stopped before the next step", "run the same command again: it goes on where it was")
	s.add(5, rollout.HostEnd{Host: "web2", Status: rollout.Skipped})
	s.end(5, rollout.RunEnd{Status: 130, Skipped: 2})
	return s
}

// refused has hosts that answered and let nobody in, and one that did not answer.
func refused() *scene {
	s := &scene{name: "refused", shots: []float64{1.2}}
	hosts := []string{"web1", "web2", "web3", "web4", "web5", "db1", "db2", "gone", "odd"}
	s.start(false, nil, hosts...)
	for i, h := range hosts {
		s.act(float64(i)/10, h, "", 1, 0)
		at, addr := 1+float64(i)/10, fmt.Sprintf("192.0.2.%d:22", i+1)
		end := rollout.HostEnd{Host: h, Status: rollout.Unreachable, Seconds: 0.9, Addr: addr, Cause: "no_login",
			Error: addr + " refused the login as root (tried key /home/a/.ssh/id_ed25519)",
			Hint:  "check the login name (-u) and that its ~/.ssh/authorized_keys on the host has one of your keys (--private-key)"}
		switch h {
		case "db1", "db2":
			end.Cause, end.Addr = "no_root", ""
			end.Error, end.Hint = "deploy can't become root by sudo: a password is needed and none was given", "give it with -K"
		case "gone":
			end.Cause = ""
			end.Error, end.Hint = "can't reach "+addr+": connection refused", "check the address and that sshd listens there: ssh -v -p 22 192.0.2.8"
		case "odd":
			end.Cause, end.Addr = "not_trusted", ""
			end.Error, end.Hint = "the host key of 192.0.2.9 has changed", "ssh-keygen -R 192.0.2.9"
		}
		s.add(at, end)
	}
	s.end(2, rollout.RunEnd{Status: 3, Unreachable: 9, Cause: rollout.Various})
	return s
}

// firstDeploy is a site's first, on a host for each stage, each with a domain of its own.
func firstDeploy() *scene {
	s := &scene{name: "first"}
	s.start(false, nil, "web1", "web2", "web3")
	for i, h := range []string{"web1", "web2", "web3"} {
		a := s.act(float64(i)/10, h, "", 1, 46)
		s.events[len(s.events)-4].event = rollout.HostStart{Host: h, Batch: 1, Domain: map[string]string{"web2": "staging.example.com"}[h]}
		for n := range 46 {
			if n == 20 && h == "web3" {
				a.step("gunicorn_start.sh", rollout.Kept, "djship's own has changed since your edit", "", 0)
			}
			a.step(fmt.Sprintf("step %d", n+1), rollout.Changed, "create", "", 0.1+float64(n%7))
		}
		a.end(rollout.Changed, a.n, "", "")
	}
	s.end(150, rollout.RunEnd{Changed: 3})
	return s
}

// mixed has hosts that are much alike, but not quite.
func mixed() *scene {
	s := &scene{name: "mixed"}
	hosts := []string{"deb11", "deb12", "deb13", "deb13-2"}
	s.start(false, nil, hosts...)
	for i, h := range hosts {
		a := s.act(float64(i)/10, h, "", 1, 12)
		a.step("packages", rollout.Changed, "git nginx postgresql python3.1"+h[4:5], "", 9)
		for _, name := range []string{"group webapps", "folder /webapps", "account example", "secret key", "database role", "database",
			"settings", "static files", "supervisor program", "nginx site"} {
			if i > 0 || name != "static files" {
				a.step(name, rollout.Changed, "create", "", 0.2)
			}
		}
		if i == 0 {
			a.step("old python", rollout.Changed, "python2", "", 1.5)
		}
		a.end(rollout.Changed, a.n, "", "")
	}
	s.end(20, rollout.RunEnd{Changed: 4})
	return s
}

func nothingToDo() *scene {
	s := &scene{name: "nothing"}
	hosts := []string{"web1", "web2", "web3"}
	s.start(false, nil, hosts...)
	for i, h := range hosts {
		s.act(float64(i)/10, h, "", 1, 0).nothing()
	}
	s.end(1.6, rollout.RunEnd{OK: 3})
	return s
}

func checkRun() *scene {
	s := &scene{name: "check", shots: []float64{0.5}}
	s.start(true, nil, "web1", "web2", "web3", "web4")
	for i, h := range []string{"web1", "web2"} {
		a := s.act(float64(i)/10, h, "", 1, 2)
		a.step("apt packages", rollout.OK, "", "", 0)
		a.step("pip packages", rollout.WouldChange, "upgrade django 5.2.7 to 5.2.8, and what it needs: asgiref 3.9.2 to 3.10.0, sqlparse 0.5.2 to 0.5.3", "", 0)
		a.step("nginx site example.com", rollout.WouldChange, "update, reload nginx",
			"--- /etc/nginx/sites-available/example.com\n+++ /etc/nginx/sites-available/example.com\n@@ -3,1 +3,1 @@\n-    client_max_body_size 1m;\n+    client_max_body_size 20m;\n", 0)
		a.end(rollout.WouldChange, 2, "", "")
	}
	s.act(0.2, "web3", "", 1, 0).nothing()
	a := s.act(0.3, "web4", "", 1, 0)
	a.end(rollout.Unreachable, 0, "no answer from 192.0.2.14:22 within 10 s", "is the host up? try: ssh -p 22 192.0.2.14")
	s.end(1.5, rollout.RunEnd{Status: 3, OK: 1, WouldChange: 2, Unreachable: 1})
	return s
}

// staged is a rollout that stops in production: its first batch fails.
func staged() *scene {
	s := &scene{name: "staged", shots: []float64{1, 20, 45}}
	hosts := []string{"stage1", "prod1", "prod2", "prod3"}
	s.start(false, []string{"staging", "production"}, hosts...)
	for _, h := range hosts {
		s.add(0.1, rollout.Activity{Host: h, Name: "connect"})
		s.add(0.5, rollout.Activity{Host: h, Name: "probe"})
		s.add(0.9, rollout.Probed{Host: h, Facts: "Debian 12, 2 CPUs, Python 3.11.2", Total: 18, Planned: 5})
	}
	s.act(1, "stage1", "staging", 1, 5).deploy(1)
	s.add(31, rollout.Gate{Stage: "staging", Status: rollout.GatePassed, Detail: "1 host answers"})
	s.act(40, "prod1", "production", 1, 3).broken()
	for _, h := range hosts[2:] {
		s.add(46, rollout.HostEnd{Host: h, Status: rollout.Skipped})
	}
	s.add(46, rollout.Gate{Stage: "production", Status: rollout.GateFailed, Detail: "1 host failed, 0 may"})
	s.end(46, rollout.RunEnd{Status: 1, Changed: 1, Failed: 1, Skipped: 2})
	return s
}

// badDay has a failure that many hosts share, words that try to harm, and long ones.
func badDay() *scene {
	s := &scene{name: "badday", shots: []float64{3}}
	hosts := []string{"web1", "web2", "web3", "ünïcode-höst", "日本.example.com", "gone"}
	s.start(false, nil, hosts...)
	for i, h := range hosts[:3] {
		s.act(float64(i)/10, h, "", 1, 3).broken()
	}
	a := s.act(0.3, hosts[3], "", 1, 1)
	a.step("evil\x1b]0;title\x07 step", rollout.Failed, "exit status 1", "", 4, "\x1b[2J\x1b[Hall gone\u202e", "90%\r91%\r92%")
	a.end(rollout.Failed, 0, "evil\x1b]0;title\x07 step: exit status 1\n\x1b[31mred\x1b[0m \u202etxt.exe\n"+
		"a very long line of output that goes on and on, as those of compilers and package managers like to do, well past the end of any screen but the widest of them all, and it must not be cut, since its end is the interesting part", "look at the log")
	s.act(0.4, hosts[4], "", 1, 0).nothing()
	s.add(0.5, rollout.HostEnd{Host: "gone", Status: rollout.Unreachable, Error: "no route to 192.0.2.9", Hint: "is it up?", Seconds: 0.1})
	s.end(8, rollout.RunEnd{Status: 1, OK: 1, Failed: 4, Unreachable: 1})
	return s
}

// crowd has 300 hosts, of which some fail.
func crowd() *scene {
	s := &scene{name: "crowd", shots: []float64{0.7, 9}}
	var hosts []string
	for i := range 300 {
		hosts = append(hosts, fmt.Sprintf("web%03d", i+1))
	}
	s.start(false, nil, hosts...)
	for i, h := range hosts {
		a := s.act(float64(i%7)/10, h, "", 1, 5)
		switch {
		case i%50 == 7:
			a.broken()
		case i%2 == 0:
			a.nothing()
		default:
			a.deploy(0.5 + float64(i)/600)
		}
	}
	s.end(60, rollout.RunEnd{Status: 1, OK: 150, Changed: 144, Failed: 6})
	return s
}

// records are a scene's events as a sink takes them when the run begins at start.
func (s *scene) records(start time.Time) []rollout.Record {
	events := sorted(s.events)
	var all []rollout.Record
	for _, e := range events {
		all = append(all, rollout.Record{Time: start.Add(seconds(e.at)), Run: "20261123-114501-a1b2", Event: e.event})
	}
	return all
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(10 * time.Millisecond)
}
