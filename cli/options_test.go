package cli

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/inventory"
	"djship/rollout"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/release"
)

// parsed has options of any kind stand in one table.
func parsed[O any](parse func(input) (O, error)) func(input) (any, error) {
	return func(in input) (any, error) { return parse(in) }
}

// What each command makes of its line.
func TestOptions(t *testing.T) {
	usual := access{forks: 100}
	web1 := selection{limit: "web1", limited: true}
	tests := []struct {
		typed string
		parse func(input) (any, error)
		want  any
	}{
		{"init", parsed(readInitOptions), initOptions{dir: "."}},
		{"init --dir shop -qC", parsed(readInitOptions), initOptions{"shop", true, true}},
		{"prereq", parsed(readPrereqOptions), prereqOptions{rolloutOptions{access: usual, typed: typedLine{"prereq", []string{}, nil}}, 3, false}},
		{"prereq --remove --yes", parsed(readPrereqOptions), prereqOptions{rolloutOptions{access: usual, pace: rollout.Pace{Yes: true}, typed: typedLine{"prereq", []string{}, []string{"--yes", "--remove"}}}, 3, true}},
		{"prereq 2 -CDl web1 --exit-code --overwrite", parsed(readPrereqOptions), prereqOptions{rolloutOptions{selection: web1, access: usual,
			check: true, diff: true, exitCode: true, overwrite: overwrites{all: true},
			typed: typedLine{"prereq", []string{"2"}, []string{"--check", "--diff", "--exit-code", "--overwrite"}}}, 2, false}},
		{"deploy example Example.com -p2222 -uann -J jump -F config -T 5 --private-key key --accept-new -f3", parsed(readDeployOptions),
			deployOptions{rolloutOptions: rolloutOptions{access: access{forks: 3, login: inventory.Flags{User: "ann", PrivateKey: "key", Port: 2222, Jump: "jump",
				SSHConfig: "config", Timeout: 5 * time.Second, AcceptNew: true}},
				typed: typedLine{"deploy", []string{"example", "Example.com"}, strings.Fields("--user ann --private-key key --port 2222 --jump jump --ssh-config config --timeout 5 --accept-new --forks 3")}},
				site: django.Site{Project: "example", Domain: "example.com", Python: 3}}},
		{"deploy a b.c 2 --stages x,y --batch 1,50% --max-fail 10% --canary --wait 1m --yes --no-wait", parsed(readDeployOptions),
			deployOptions{rolloutOptions: rolloutOptions{access: usual, stages: []string{"x", "y"}, noWait: true,
				pace:  rollout.Pace{Batch: shares(t, "1,50%"), MaxFail: shares(t, "10%")[0], Canary: true, Wait: time.Minute, Yes: true},
				typed: typedLine{"deploy", []string{"a", "b.c", "2"}, strings.Fields("--no-wait --stages x,y --batch 1,50% --max-fail 10% --canary --wait 1m --yes")}},
				site: django.Site{Project: "a", Domain: "b.c", Python: 2}}},
		{"deploy a b.c --move-domain", parsed(readDeployOptions),
			deployOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"deploy", []string{"a", "b.c"}, []string{"--move-domain"}}},
				site: django.Site{Project: "a", Domain: "b.c", Python: 3, Move: true}}},
		{"deploy --all --check -D --exit-code", parsed(readDeployOptions),
			deployOptions{rolloutOptions: rolloutOptions{access: usual, check: true, diff: true, exitCode: true,
				typed: typedLine{"deploy", []string{"--all"}, strings.Fields("--check --diff --exit-code")}}, all: true}},
		{"up a b.c -vvq --json --no-color --log-dir logs --overwrite /etc/a", parsed(readDeployOptions),
			deployOptions{rolloutOptions: rolloutOptions{selection: selection{verbose: 2, quiet: true}, access: usual, json: true, noColor: true, logDir: "logs", overwrite: overwrites{paths: []string{"/etc/a"}},
				typed: typedLine{"up", []string{"a", "b.c"}, strings.Fields("--overwrite=/etc/a --log-dir logs --json --verbose --verbose --quiet --no-color")}},
				site: django.Site{Project: "a", Domain: "b.c", Python: 3}}},
		{"hosts -i a.ini -i b,c, -v", parsed(readHostsOptions), hostsOptions{selection{inventories: []string{"a.ini", "b,c,"}, verbose: 1}, usual, false}},
		{"hosts --json -lweb1", parsed(readHostsOptions), hostsOptions{web1, usual, true}},
		{"inventory", parsed(readInventoryOptions), inventoryOptions{}},
		{"inventory --list --graph -l web1", parsed(readInventoryOptions), inventoryOptions{selection: web1, list: true, graph: true}},
		{"inventory --host=", parsed(readInventoryOptions), inventoryOptions{oneHost: true}},
		{"ping --json -k --become-password-file -", parsed(readPingOptions),
			pingOptions{access: access{forks: 100, connection: passwordSource{ask: true}, become: passwordSource{file: "-"}}, json: true}},
		{"ping --connection-password-file f -K -T022", parsed(readPingOptions),
			pingOptions{access: access{forks: 100, login: inventory.Flags{Timeout: 22 * time.Second}, connection: passwordSource{file: "f"}, become: passwordSource{ask: true}}}},
		{"remove example --no-backup -r age1a --yes -C", parsed(readRemoveOptions), removeOptions{project: "example", noBackup: true, to: []string{"age1a"}, rolloutOptions: rolloutOptions{access: usual, check: true, pace: rollout.Pace{Yes: true},
			typed: typedLine{"remove", []string{"example"}, strings.Fields("--check --yes --no-backup --recipient age1a")}}}},
		{"restore example a.tar --identity k -C", parsed(readRestoreOptions), restoreOptions{project: "example", file: "a.tar", identities: []string{"k"}, rolloutOptions: rolloutOptions{access: usual, check: true,
			typed: typedLine{"restore", []string{"example", "a.tar"}, strings.Fields("--check --identity k")}}}},
		{"backup", parsed(readBackupOptions), backupOptions{access: usual}},
		{"backup example a.tar -l web1 -r age1a --recipient=age1b --json -q", parsed(readBackupOptions), backupOptions{selection: selection{limit: "web1", limited: true, quiet: true}, access: usual, project: "example", file: "a.tar", to: []string{"age1a", "age1b"}, json: true}},
		{"status", parsed(readStatusOptions), statusOptions{access: usual}},
		{"status example -l web2 -l web1 --json=true", parsed(readStatusOptions), statusOptions{web1, usual, "example", true}},
		{"push", parsed(readPushOptions), pushOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"push", []string{}, nil}}, dir: ".", hold: 10 * time.Second, keep: 5}},
		{"push example --dir code --dirty --hold 0s --keep 0 --no-migrate --rehearse-data --allow-break --keep-data no --backup --stay -l web1 --check", parsed(readPushOptions), pushOptions{project: "example", dir: "code", dirTyped: true, dirty: true, noMigrate: true, allowBreak: true, rehearseData: true, keepData: "no", backup: true,
			rolloutOptions: rolloutOptions{selection: web1, access: usual, check: true, stay: true,
				typed: typedLine{"push", []string{"example"}, strings.Fields("--check --dir code --dirty --hold 0s --keep 0 --no-migrate --rehearse-data --allow-break --keep-data no --backup --stay")}}}},
		{"rollback example", parsed(readSwitchOptions), switchOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"rollback", []string{"example"}, nil}}, project: "example"}},
		{"rollback example --allow-break", parsed(readSwitchOptions), switchOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"rollback", []string{"example"}, []string{"--allow-break"}}}, project: "example", allowBreak: true}},
		{"rollback example --migrate-back", parsed(readSwitchOptions), switchOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"rollback", []string{"example"}, []string{"--migrate-back"}}}, project: "example", migrateBack: true}},
		{"rollback example 1a2b3c4 --hold 5s -C", parsed(readSwitchOptions), switchOptions{rolloutOptions: rolloutOptions{access: usual, check: true,
			typed: typedLine{"rollback", []string{"example", "1a2b3c4"}, strings.Fields("--check --hold 5s")}}, project: "example", release: "1a2b3c4", hold: 5 * time.Second}},
		{"restart", parsed(readSwitchOptions), switchOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"restart", []string{}, nil}}}},
		{"rotate example", parsed(readRotateOptions), rotateOptions{switchOptions: switchOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"rotate", []string{"example"}, nil}}, project: "example"}, key: true, password: true}},
		{"rotate --database", parsed(readRotateOptions), rotateOptions{switchOptions: switchOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"rotate", []string{}, []string{"--database"}}}}, password: true}},
		{"rotate example --secret-key --log-out --hold 5s -C", parsed(readRotateOptions), rotateOptions{key: true, logOut: true, switchOptions: switchOptions{rolloutOptions: rolloutOptions{access: usual, check: true,
			typed: typedLine{"rotate", []string{"example"}, strings.Fields("--check --secret-key --log-out --hold 5s")}}, project: "example", hold: 5 * time.Second}}},
		{"maintenance example on --allow ::ffff:192.0.2.7 --allow 2001:DB8::7 -C", parsed(readMaintenanceOptions), maintenanceOptions{project: "example", on: true, allow: "192.0.2.7 2001:db8::7", rolloutOptions: rolloutOptions{access: usual, check: true,
			typed: typedLine{"maintenance", []string{"example", "on"}, strings.Fields("--check --allow ::ffff:192.0.2.7 --allow 2001:DB8::7")}}}},
		{"adopt example example.com --undo", parsed(readAdoptOptions), adoptOptions{site: django.Site{Project: "example", Domain: "example.com", Python: 3}, undo: true,
			rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"adopt", []string{"example", "example.com"}, []string{"--undo"}}}}},
		{"maintenance off", parsed(readMaintenanceOptions), maintenanceOptions{rolloutOptions: rolloutOptions{access: usual, typed: typedLine{"maintenance", []string{"off"}, nil}}}},
		{"releases", parsed(readReleasesOptions), releasesOptions{access: usual}},
		{"releases example -l web1 --json", parsed(readReleasesOptions), releasesOptions{web1, usual, "example", true}},
		{"config list example --show -l web1", parsed(readConfigOptions), configOptions{rolloutOptions: rolloutOptions{selection: web1, access: usual,
			typed: typedLine{"config list", []string{"example"}, []string{"--show"}}}, verb: "list", project: "example", show: true}},
		{"config set A=b=c B --no-restart --allow-empty --from .env", parsed(readConfigOptions), configOptions{rolloutOptions: rolloutOptions{access: usual,
			typed: typedLine{"config set", []string{"A", "B"}, strings.Fields("--from .env --allow-empty --no-restart")}}, verb: "set", keys: []string{"B"}, from: ".env",
			settings: []release.Setting{{Name: "A", Value: secret.New("b=c")}}, allowEmpty: true, later: true}},
		{"config unset example a B --hold 5s", parsed(readConfigOptions), configOptions{rolloutOptions: rolloutOptions{access: usual,
			typed: typedLine{"config unset", []string{"example", "a", "B"}, strings.Fields("--hold 5s")}}, verb: "unset", project: "example", keys: []string{"a", "B"}, hold: 5 * time.Second}},
		{"run example -l web1 -- ls -l web2", parsed(readRunOptions), runOptions{selection: web1, access: usual, project: "example", words: []string{"ls", "-l", "web2"}}},
		{"run example ls -l web2", parsed(readRunOptions), runOptions{access: usual, project: "example", words: []string{"ls", "-l", "web2"}}},
		{"run --release 0 --detach -- ls", parsed(readRunOptions), runOptions{access: usual, release: "0", detach: true, words: []string{"ls"}}},
		{"manage example -l web1 test -- -C --release x", parsed(readRunOptions), runOptions{selection: web1, access: usual, manage: true, project: "example", words: []string{"test", "--", "-C", "--release", "x"}}},
		{"manage example", parsed(readRunOptions), runOptions{access: usual, manage: true, project: "example", words: []string{}}},
		{"manage -- migrate --plan", parsed(readRunOptions), runOptions{access: usual, manage: true, words: []string{"migrate", "--plan"}}},
		{"logs example", parsed(readLogsOptions), logsOptions{access: usual, project: "example", lines: 100}},
		{"logs example --since 10m", parsed(readLogsOptions), logsOptions{access: usual, project: "example", since: "10m", lines: mostLines}},
		{"logs example -n 7 --since 2026-11-28T10:15:00Z", parsed(readLogsOptions), logsOptions{access: usual, project: "example", since: "2026-11-28T10:15:00Z", lines: 7}},
		{"logs -fn 5 --process nginx --json --no-color -l web1", parsed(readLogsOptions), logsOptions{selection: web1, access: usual, process: "nginx", lines: 5, follow: true, json: true, noColor: true}},
		{"exec -l web1 -- ls -l web2", parsed(readExecOptions), execOptions{selection: web1, access: usual, words: []string{"ls", "-l", "web2"}}},
		{"exec --as-login --json --log-dir logs ls -l", parsed(readExecOptions), execOptions{access: usual, asLogin: true, json: true, logDir: "logs", words: []string{"ls", "-l"}}},
		{"exec --live -f3 -- ls", parsed(readExecOptions), execOptions{access: access{forks: 3}, live: true, words: []string{"ls"}}},
		{"unlock example", parsed(readUnlockOptions), unlockOptions{access: usual, project: "example"}},
		{"unlock --yes example", parsed(readUnlockOptions), unlockOptions{access: usual, project: "example", yes: true}},
		{"runs --json", parsed(readRunsOptions), runsOptions{json: true}},
		{"runs --no-color --json --json=false", parsed(readRunsOptions), runsOptions{noColor: true}},
		{"log", parsed(readLogOptions), logOptions{[]string{}}},
		{"log web1 0c", parsed(readLogOptions), logOptions{[]string{"web1", "0c"}}},
		{"log 0c -l web1", parsed(readLogOptions), logOptions{[]string{"web1", "0c"}}},
		{"report", parsed(readReportOptions), reportOptions{}},
		{"report 0c -o -", parsed(readReportOptions), reportOptions{"0c", "-"}},
		{"completion zsh", parsed(readCompletionOptions), completionOptions{"zsh"}},
		{"__complete -- deploy --ch", parsed(readCompleteOptions), completeOptions{words: []string{"deploy"}, last: "--ch"}},
		{"__complete -- ping --limit=web1 --jump = a -l = we", parsed(readCompleteOptions), completeOptions{[]string{"ping", "--limit=web1", "--jump=a"}, "-l=we", true}},
		{"__complete -- ping --limit =", parsed(readCompleteOptions), completeOptions{[]string{"ping"}, "--limit=", true}},
		{"__complete -- ping --limit = we x", parsed(readCompleteOptions), completeOptions{words: []string{"ping", "--limit=we"}, last: "x"}},
		{"__complete", parsed(readCompleteOptions), completeOptions{}},
		{"help", parsed(readHelpOptions), helpOptions{}},
		{"help deploy", parsed(readHelpOptions), helpOptions{"deploy"}},
	}
	seen := map[string]bool{"man": true, "version": true} // have no options
	for _, tt := range tests {
		l := readLine(strings.Fields(tt.typed))
		if err := l.refuse(); err != nil {
			t.Errorf("%s: %v", tt.typed, err)
			continue
		}
		seen[l.command.name] = true
		in, err := l.input()
		if err != nil {
			t.Errorf("%s: %v", tt.typed, err)
			continue
		}
		got, err := tt.parse(in)
		if err != nil {
			t.Errorf("%s: %v", tt.typed, err)
		}
		if diff := cmp.Diff(tt.want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.typed, diff)
		}
	}
	for _, c := range commands() {
		if !seen[c.name] {
			t.Errorf("no line of %s is here", c.name)
		}
	}
}

// Where nothing is typed the environment's value counts, and an error about it names the variable.
func TestOptionsOfTheEnvironment(t *testing.T) {
	t.Setenv("DJSHIP_LIMIT", "web1")
	t.Setenv("DJSHIP_FORKS", "7")
	t.Setenv("DJSHIP_CHECK", "") // as if it were not set
	in, err := readLine([]string{"prereq", "-f", "8"}).input()
	if err != nil {
		t.Fatal(err)
	}
	o, err := readPrereqOptions(in)
	if err != nil || o.limit != "web1" || o.limitOrigin != `DJSHIP_LIMIT="web1": ` || o.forks != 8 || o.check {
		t.Errorf("%+v, %v", o, err)
	}
	t.Setenv("DJSHIP_FORKS", "0")
	if in, err = readLine([]string{"prereq"}).input(); err != nil {
		t.Fatal(err)
	}
	if _, err = readPrereqOptions(in); err == nil || err.Error() != `DJSHIP_FORKS="0": --forks must be at least 1` {
		t.Error(err)
	}
}

func shares(t *testing.T, text string) []rollout.Share {
	t.Helper()
	all, err := rollout.ParseBatches(text)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
