package cli

import (
	"errors"
	"strconv"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
)

// options are the flags, read once.
type options struct {
	inventory []string
	limit     string
	hasLimit  bool

	check, diff, exitCode bool
	overwrite             overwrites

	login              inventory.Flags
	askPass, askBecome bool
	passFile           string
	becomeFile         string
	acceptNew          bool

	forks   int
	noWait  bool
	logDir  string
	json    bool
	verbose int
	quiet   bool
	noColor bool

	rolling rolling

	from map[string]string // the variables that values of flags are from
}

// globalFlags are those that several commands have. manners says which command has a use for which.
func globalFlags() []urfave.Flag {
	str := func(category, usage, name string, alias ...string) urfave.Flag {
		return &urfave.StringFlag{Name: name, Aliases: alias, Usage: usage, Category: category, EnvVars: envVar(name)}
	}
	boolean := func(category, usage, name string, alias ...string) urfave.Flag {
		return &urfave.BoolFlag{Name: name, Aliases: alias, Usage: usage, Category: category, EnvVars: envVar(name)}
	}
	number := func(category, usage string, value decimal, name string, alias ...string) urfave.Flag {
		return &urfave.GenericFlag{Name: name, Aliases: alias, Usage: usage, Category: category, EnvVars: envVar(name), Value: &value}
	}
	const which, what, in, how, out = "which hosts", "what to do", "how to get in", "rolling", "what to say"
	return append([]urfave.Flag{
		&urfave.StringSliceFlag{Name: "inventory", Aliases: []string{"i"}, Category: which, EnvVars: envVar("inventory"),
			Usage: "hosts from `FILE`, a folder, or a list with a comma (web1,); repeatable (default: ./hosts.ini)"},
		str(which, "only the hosts that `PATTERN` picks, as in Ansible", "limit", "l"),
		boolean(what, "say what would change, change nothing", "check", "C"),
		boolean(what, "show the text of changes", "diff", "D"),
		boolean(what, "with --check: status 5 where something would change", "exit-code"),
		&urfave.GenericFlag{Name: "overwrite", Category: what, EnvVars: envVar("overwrite"), Value: &overwrites{},
			Usage: "replace edited files (or `[PATH]`); old ones are kept"},
		str(in, "log in as `NAME`", "user", "u"),
		str(in, "log in with the private key in `FILE`", "private-key"),
		number(in, "connect to `PORT`", 0, "port", "p"),
		str(in, "go through `HOST`", "jump", "J"),
		str(in, "read `FILE` instead of ~/.ssh/config", "ssh-config", "F"),
		boolean(in, "ask for the SSH password", "ask-pass", "k"),
		boolean(in, "ask for the password that sudo wants", "ask-become-pass", "K"),
		str(in, "the SSH password is in `FILE`", connection.flag),
		str(in, "the password that sudo wants is in `FILE`", become.flag),
		number(in, "give a connection `SECONDS` (default: 10)", 0, "timeout", "T"),
		boolean(in, "take unknown host keys unasked, never changed ones", "accept-new"),
		number(how, "`N` hosts at once (default: 100)", 100, "forks", "f"),
		boolean(how, "stop where another run is at work, don't wait for it", "no-wait"),
		str(out, "write logs to `DIR`", "log-dir"),
		boolean(out, "print JSON, one object a line", "json"),
		&urfave.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "say more; -vv also what steps print", Category: out, EnvVars: envVar("verbose"), Count: new(int)},
		boolean(out, "say only failures and the summary", "quiet", "q"),
		boolean(out, "no colour", "no-color"),
	}, rollingFlags(how)...)
}

// decimal is a number as ssh reads it: 022 is 22.
type decimal int

func (d *decimal) String() string { return strconv.Itoa(int(*d)) }

// Get is flag.Getter's.
func (d *decimal) Get() any { return int(*d) }

// Set is flag.Value's.
func (d *decimal) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return errors.New("expected a number")
	}
	*d = decimal(n)
	return nil
}

// envVar is the environment variable that stands for a flag: DJSHIP_PRIVATE_KEY.
func envVar(name string) []string {
	return []string{"DJSHIP_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))}
}

func readOptions(c *urfave.Context) (options, error) {
	o := options{
		inventory: c.StringSlice("inventory"), limit: c.String("limit"), hasLimit: c.IsSet("limit"),
		check: c.Bool("check"), diff: c.Bool("diff"), exitCode: c.Bool("exit-code"), overwrite: *c.Generic("overwrite").(*overwrites),
		askPass: c.Bool("ask-pass"), askBecome: c.Bool("ask-become-pass"), acceptNew: c.Bool("accept-new"),
		passFile: c.String(connection.flag), becomeFile: c.String(become.flag),
		from: variables(c), forks: c.Int("forks"), noWait: c.Bool("no-wait"), logDir: c.String("log-dir"), json: c.Bool("json"),
		verbose: verbosity(c), quiet: c.Bool("quiet"), noColor: c.Bool("no-color"),
		login: inventory.Flags{User: c.String("user"), PrivateKey: c.String("private-key"), Port: c.Int("port"), Jump: c.String("jump"),
			SSHConfig: c.String("ssh-config"), Timeout: time.Duration(c.Int("timeout")) * time.Second, AcceptNew: c.Bool("accept-new")},
	}
	var err error
	if o.rolling, err = readRolling(c); err != nil {
		return o, err
	}
	switch {
	case o.forks < 1:
		return o, badValue(c, "forks", "--forks must be at least 1", "leave it out for 100 hosts at once")
	case c.IsSet("port") && (o.login.Port < 1 || o.login.Port > 65535):
		return o, badValue(c, "port", "--port must be between 1 and 65535", "leave it out for 22")
	case c.IsSet("timeout") && o.login.Timeout <= 0:
		return o, badValue(c, "timeout", "--timeout must be at least 1 second", "leave it out for 10")
	case o.askPass && o.passFile != "", o.askBecome && o.becomeFile != "":
		return o, &usageError{"a password is either asked for or read from a file", "leave out -k or --" + connection.flag + ", -K or --" + become.flag}
	case o.exitCode && !o.check:
		return o, badValue(c, "exit-code", "--exit-code goes with --check", "add --check")
	}
	return o, nil
}

// verbosity counts -v; the environment can only say yes.
func verbosity(c *urfave.Context) int {
	if n := c.Count("verbose"); n > 0 || !c.Bool("verbose") {
		return n
	}
	return 1
}
