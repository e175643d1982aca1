package server

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"djship/assets"
	"djship/steps/advice"
	"djship/steps/model"
)

// PostgresReady refuses a host whose PostgreSQL djship or a site could not work with. One that is down is
// started by its service; of that only what keeps it from starting is looked at.
type PostgresReady struct {
	Role string // a site's, which has to be let in; "" for none
	Home string // of the site's account
	// Variables are the site's scripts of variables, which may name another database than the host's.
	Variables []string
}

// Name implements Step.
func (PostgresReady) Name() string { return "PostgreSQL usable" }

// ID implements Step.
func (PostgresReady) ID() string { return "postgresql-usable" }

// Aside implements model.Aside.
func (PostgresReady) Aside() {}

// Probe implements Step: which cluster there is, as "programs", "createcluster", "down", "runs"; what is wrong with
// it, as "wrong", "empty", "said" with "hba" and "line"; or what it tells, each a line of JSON.
func (s PostgresReady) Probe() model.Script {
	return model.Script(fmt.Sprintf("site=%s home=%s\n%s", s.Role, s.Home, assets.Code("shell/pgready.sh")))
}

// Database implements model.Stored.
func (s PostgresReady) Database() string { return s.Role }

// HomeProbe prints "elsewhere" where the site reaches its database in another way than djship's.
func (s PostgresReady) HomeProbe() (string, model.Perl) {
	if s.Role == "" {
		return "", ""
	}
	return s.Role, model.Call("names_db", slices.Clone(s.Variables)...)
}

// reload is what has PostgreSQL read its files anew, behind what to do to them.
const reload = ", then `systemctl reload postgresql` there" + model.Again

// Plan implements Step.
func (s PostgresReady) Plan(f model.Facts, seen model.Observed) model.Change {
	text, home, _ := strings.Cut("\n"+seen.Text, "\nover\n")
	text += "\n"
	if down, ok := model.LineAfter(text, "down "); ok {
		return planDown(text, down)
	}
	runs, ok := model.LineAfter(text, "runs ")
	if !ok {
		return planNoCluster(text)
	}
	words := append(strings.SplitN(runs, " ", 3), "", "")
	if socket := strings.TrimSpace(words[2]); socket != "/var/run/postgresql" && socket != "/run/postgresql" {
		return model.Refusal(fmt.Sprintf("PostgreSQL makes its socket in %q, not in /var/run/postgresql", model.Shown(socket)),
			"have unix_socket_directories begin with /var/run/postgresql, in postgresql.conf or what it includes, then `systemctl restart postgresql` on the host"+model.Again)
	}
	if model.HasLine(text, "said unreadable") {
		return planUnasked(text)
	}
	told := readTold(text)
	told.cluster = strings.Replace(model.Shown(words[0]), "/", " ", 1)
	told.elsewhere = model.HasLine("\n"+home, "elsewhere")
	for _, c := range []model.Change{told.readOnly(), told.misread(), told.closed(s.Role, f.IPv6 && model.HasLine(text, "six")), told.full()} {
		if !c.IsZero() {
			return c
		}
	}
	return model.Change{}
}

// planNoCluster is for a PostgreSQL that is not installed, or has no cluster whose programs are there.
func planNoCluster(text string) model.Change {
	var version string
	for line := range strings.Lines(text) {
		// One that is not configured yet gets its cluster when it is.
		if words := strings.Fields(line); len(words) == 3 && words[0] == "programs" && words[2] == "installed" {
			version = model.Shown(words[1])
		}
	}
	old, left := model.LineAfter(text, "old ")
	switch old, name, _ := strings.Cut(model.Shown(old), "/"); {
	case version == "":
	case left:
		return model.Refusal(fmt.Sprintf("PostgreSQL has no cluster on this host but %s/%s, whose programs were removed", old, name),
			fmt.Sprintf("`apt install postgresql-%[1]s && pg_upgradecluster %[1]s %[2]s` on the host brings its data to PostgreSQL %[3]s; where there is nothing to lose, `pg_createcluster %[3]s main --start` makes an empty one", old, name, version)+model.Again)
	default:
		return model.Refusal("PostgreSQL has no cluster on this host", "`pg_createcluster "+version+" main --start` on the host makes one"+model.Again)
	}
	line, _ := model.LineAfter(text, "createcluster ")
	if at, value, _ := strings.Cut(line, ":"); regexp.MustCompile(`(?i)=?\s*'?(false|off|no|0)\b`).MatchString(value) {
		return model.Refusal("PostgreSQL's package is told to make no cluster (/etc/postgresql-common/createcluster.conf:"+model.Shown(at)+")", "take that line out on the host"+model.Again)
	}
	return model.Change{}
}

// planDown is for a cluster that does not run, told by "BOOT CLUSTER".
func planDown(text, down string) model.Change {
	boot, cluster, _ := strings.Cut(down, " ")
	cluster = model.Shown(cluster)
	version, name, _ := strings.Cut(cluster, "/")
	var wrong []string
	for line := range strings.Lines(text) {
		if said, ok := strings.CutPrefix(line, "wrong "); ok {
			wrong = append(wrong, model.Shown(strings.TrimSpace(afterTime.ReplaceAllString(said, ""))))
		}
	}
	installed := model.HasLine(text, "status installed") // else its package makes the cluster anew
	switch {
	case boot == "manual" || boot == "disabled":
		return model.Refusal(fmt.Sprintf("PostgreSQL's cluster %s is down, and not to be started but by hand (%s in /etc/postgresql/%s/start.conf)", cluster, boot, cluster),
			fmt.Sprintf("put auto into that file on the host; or, where something else starts it, have that do so (`pg_ctlcluster %s %s start`)", version, name)+model.Again)
	case wrong != nil && installed:
		return model.Refusal("PostgreSQL can't be started: "+strings.Join(wrong, "; "), "mend on the host what it names"+model.Again)
	case installed:
		return model.Refusal(fmt.Sprintf("the data of PostgreSQL's cluster %s are not in %s", cluster, model.Shown(firstAfter(text, "empty "))),
			fmt.Sprintf("mount on the host what belongs there, or restore it; where there is nothing to lose, `pg_dropcluster %[1]s %[2]s && pg_createcluster %[1]s %[2]s --start` makes an empty one", version, name)+model.Again)
	}
	return model.Change{}
}

// afterTime is what PostgreSQL's programs put before what they say.
var afterTime = regexp.MustCompile(`^[-0-9]+ [:.0-9]+ \w+ \[\d+\] `)

// notLetIn matches what psql says where the server does not let it in, otherwise what it says where something else
// is the matter. The server may speak another language.
var (
	notLetIn  = regexp.MustCompile(`no password supplied|authentication failed|pg_hba\.conf|authentication method`)
	otherwise = regexp.MustCompile(`too many |connection slots|the database system is |No such file|Connection refused|timeout`)
)

// planUnasked is for a server that runs and can't be asked.
func planUnasked(text string) model.Change {
	var said []string
	for line := range strings.Lines(text) {
		if what, ok := strings.CutPrefix(line, "said "); ok && what != "unreadable\n" {
			said = append(said, model.Shown(strings.TrimSpace(what)))
		}
	}
	all := strings.Join(said, " ")
	if _, why, ok := strings.Cut(all, " failed: "); ok {
		all = why
	}
	at, rule, found := superuserRule(text)
	letsIn := found && (rule.Method == "trust" || rule.Method == "peer" && rule.Map == "")
	if !notLetIn.MatchString(all) && (letsIn || otherwise.MatchString(all)) {
		return model.Refusal("PostgreSQL runs and can't be asked: "+all, advice.For(said))
	}
	file := model.Shown(firstAfter(text, "hba "))
	switch {
	case !found:
		return model.Refusal(fmt.Sprintf("PostgreSQL does not let its own account postgres in: no line of %s does (%s)", file, all), "put `local all postgres peer` into it on the host"+reload)
	case letsIn:
		return model.Refusal(fmt.Sprintf("PostgreSQL does not let its own account postgres in, though %s:%s says %q (%s)", file, model.Shown(at), rule.String(), all),
			"PostgreSQL has not read that file since it was changed: `systemctl reload postgresql` on the host, and /var/log/postgresql there tells where it can't"+model.Again)
	}
	return model.Refusal(fmt.Sprintf("PostgreSQL does not let its own account postgres in: %s:%s says %q (%s)", file, model.Shown(at), rule.String(), all),
		"put `local all postgres peer` above that line on the host"+reload)
}

// superuserRule is the first line of pg_hba.conf that is for the superuser at the socket, and its number.
func superuserRule(text string) (at string, r hbaRule, found bool) {
	for line := range strings.Lines(text) {
		if line, ok := strings.CutPrefix(line, "line "); ok {
			at, what, _ := strings.Cut(line, ":")
			if r, ok := localRule(what); ok && r.forSuperuser() {
				return at, r, true
			}
		}
	}
	return "", hbaRule{}, false
}

// pgTold is what a PostgreSQL that answers tells.
type pgTold struct {
	cluster   string // "15 main"
	settings  map[string]setting
	readOnlys []override
	groups    []string
	rules     []hbaRule
	standby   bool
	taken     int
	elsewhere bool // the site reaches its database in another way
}

type setting struct {
	Setting    string
	SourceFile string
	SourceLine int
}

// override is a setting that a role or a database has of its own.
type override struct {
	Set        string
	OfRole     bool `json:"of_role"`
	OfDatabase bool `json:"of_database"`
}

// where is the place of a setting: " (FILE:LINE)".
func (s setting) where() string {
	if s.SourceFile == "" {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", model.Shown(s.SourceFile), s.SourceLine)
}

func readTold(text string) *pgTold {
	t := &pgTold{settings: map[string]setting{}}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var row struct {
			Name *string
			setting
			override
			Standby *bool
			Taken   int
			Groups  []string
			hbaRule
		}
		if json.Unmarshal([]byte(line), &row) != nil {
			continue
		}
		switch {
		case row.Name != nil:
			t.settings[*row.Name] = row.setting
		case row.Standby != nil:
			t.standby, t.taken = *row.Standby, row.Taken
		case row.Set != "":
			t.readOnlys = append(t.readOnlys, row.override)
		case row.Groups != nil:
			t.groups = row.Groups
		case row.Line != 0:
			t.rules = append(t.rules, row.hbaRule)
		}
	}
	return t
}

func (t *pgTold) readOnly() model.Change {
	switch s := t.settings["default_transaction_read_only"]; {
	case t.standby:
		return model.Refusal("PostgreSQL is a standby here: it takes no changes", "run this for the host that it follows; where this one is to take its place, `pg_ctlcluster "+t.cluster+" promote` on the host")
	case s.Setting == "on" && s.SourceFile == "":
		return model.Refusal("PostgreSQL takes no changes: default_transaction_read_only is on for the role or the database postgres", "`sudo -u postgres psql -c '\\drds'` on the host shows it; reset it there"+model.Again)
	case s.Setting == "on":
		return model.Refusal("PostgreSQL takes no changes: default_transaction_read_only is on"+s.where(), "take it out there"+reload)
	}
	// A role's own setting in a database comes before the role's, that before the database's.
	rank := func(o override) int {
		n := 0
		if o.OfRole {
			n += 2
		}
		if o.OfDatabase {
			n++
		}
		return n
	}
	slices.SortFunc(t.readOnlys, func(a, b override) int { return rank(b) - rank(a) })
	if len(t.readOnlys) > 0 && !t.elsewhere {
		_, value, _ := strings.Cut(strings.ToLower(t.readOnlys[0].Set), "=")
		if strings.HasPrefix("true", value) || strings.HasPrefix("yes", value) || value == "on" || value == "1" {
			return model.Refusal("PostgreSQL takes no changes of the site's: default_transaction_read_only is on for its role or its database",
				"`sudo -u postgres psql -c '\\drds'` on the host shows it; reset it there (`alter role` or `alter database` … `reset default_transaction_read_only`)"+model.Again)
		}
	}
	return model.Change{}
}

// misread is for a pg_hba.conf that PostgreSQL does not understand.
func (t *pgTold) misread() model.Change {
	for _, r := range t.rules {
		if r.Error != "" {
			return model.Refusal(fmt.Sprintf("PostgreSQL does not understand %s (%s): it goes by what it read before, and will not start with it", t.place(r), model.Shown(r.Error)),
				"mend that line on the host"+reload)
		}
	}
	return model.Change{}
}

// place is where a rule stands: "FILE:LINE".
func (t *pgTold) place(r hbaRule) string {
	if r.File == "" {
		r.File = t.settings["hba_file"].Setting
	}
	return fmt.Sprintf("%s:%d", model.Shown(r.File), r.Line)
}

// closed is for a server that sites can't reach by localhost, or that does not let this one's role in. Of
// localhost's two addresses a site takes ::1 where it can.
func (t *pgTold) closed(role string, six bool) model.Change {
	listen, ok := t.settings["listen_addresses"]
	if !ok || t.elsewhere {
		return model.Change{}
	}
	var on4, on6 bool
	for name := range strings.SplitSeq(listen.Setting, ",") {
		switch strings.ToLower(strings.Trim(name, ` "`)) {
		case "*", "localhost":
			on4, on6 = true, true
		case "0.0.0.0", "127.0.0.1":
			on4 = true
		case "::", "::1", "ip6-localhost":
			on6 = true
		}
	}
	own := "; a site that reaches its database in another way says so by DB_HOST in its local_env.sh"
	address := netip.IPv6Loopback()
	switch {
	case on6 && six:
	case on4:
		address = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	default:
		c := model.Refusal(fmt.Sprintf("PostgreSQL does not listen where sites reach it: listen_addresses = '%s'%s", model.Shown(listen.Setting), listen.where()),
			"have localhost among them (`sudo -u postgres psql -c \"alter system set listen_addresses = 'localhost'\"` on the host), then `systemctl restart postgresql` there"+model.Again+own)
		c.OnlyIfActs = role == "" // all sites of the host may reach theirs in another way
		return c
	}
	if role == "" {
		return model.Change{}
	}
	first, found := t.firstRule(role, address, t.settings["ssl"].Setting == "on")
	line := fmt.Sprintf("`host %[1]s %[1]s %[2]s/%[3]d scram-sha-256`", role, address, address.BitLen())
	switch {
	case !found:
		return model.Refusal(fmt.Sprintf("PostgreSQL does not let the site in: no line of %s is for %s from %s", model.Shown(t.settings["hba_file"].Setting), role, address), "put "+line+" into it on the host"+reload+own)
	case !slices.Contains(passwordMethods, first.Method):
		return model.Refusal(fmt.Sprintf("PostgreSQL does not let %s in by its password from %s: %s says %q", role, address, t.place(first), first.String()), "put "+line+" above that line on the host"+reload+own)
	}
	return model.Change{}
}

// full is for a server whose connections are all taken but those that only a superuser gets.
func (t *pgTold) full() model.Change {
	room := 0
	for name, part := range map[string]int{"max_connections": 1, "superuser_reserved_connections": -1, "reserved_connections": -1} { // the last since PostgreSQL 16
		n, _ := strconv.Atoi(t.settings[name].Setting)
		room += part * n
	}
	if room <= 0 || t.taken < room {
		return model.Change{}
	}
	c := model.Refusal(fmt.Sprintf("all of PostgreSQL's %d connections that sites may have are taken", room), "`sudo -u postgres psql -c 'table pg_stat_activity'` on the host tells by whom; end some, or raise max_connections in postgresql.conf there"+model.Again)
	c.OnlyIfActs = true
	return c
}

// firstAfter is the rest of the first line that begins with prefix.
func firstAfter(text, prefix string) string {
	rest, _ := model.LineAfter(text, prefix)
	return rest
}
