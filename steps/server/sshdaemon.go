package server

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// sessions are how many djship has open at once on a connection: what looked, what works, and an upload.
const sessions = 3

// SSHDaemon refuses a host whose sshd lets djship do too little over a connection, refuses its own
// configuration, or would not obey the rule that keeps the site's account from being logged in to. sshd itself
// is asked.
type SSHDaemon struct {
	User string // the site's account; "" where the host is made ready for any
}

// Name implements Step.
func (SSHDaemon) Name() string { return "sshd" }

// ID implements Step.
func (SSHDaemon) ID() string { return "sshd" }

// LookedAt implements model.Located.
func (SSHDaemon) LookedAt() string { return sshdConfig }

// Probe implements Step: "rule" where the site's rule is there as djship writes it; where there is no file of
// that name, "config" and what sshd reads first. Then what sshd has set for the account, each name in small
// letters, or "# refused: WHY"; "within FILE:LINE" of rules that count for some alone; and "file FILE" where the
// sshd that runs has another main file. It is not asked where the rule is there and sshd's files are those with
// which it was seen to obey such a rule: asking it takes longer than the probes of ten other steps.
func (s SSHDaemon) Probe() model.Script {
	return s.rule("shell/sshdprobe.sh")
}

// rule is a file of shell about the rule for the account.
func (s SSHDaemon) rule(file string) model.Script {
	return model.Script(shell.Set("site", s.User, "rule_file", SSHRule(s.User)) + assets.Code("shell/sshd.sh") + assets.Code(file))
}

const sshdConfig = "/etc/ssh/sshd_config"

func (s SSHDaemon) user() string {
	if s.User == "" {
		return "nobody"
	}
	return s.User
}

// Plan implements Step.
func (s SSHDaemon) Plan(_ model.Facts, seen model.Observed) model.Change {
	set := map[string][]string{}
	for line := range strings.Lines(seen.Text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		set[key] = append(set[key], value)
	}
	if why := RefusedBy(seen.Text, ""); why != "" {
		return model.RefusalToChange("sshd refuses its configuration as it is: "+why,
			"mend the file and line that it names: `sshd -t` on the host says whether it is right"+model.Again)
	}
	if model.HasLine(seen.Text, "# none") {
		return model.RefusalToChange("the host has no sshd of OpenSSH's: nothing would keep a site's account from being logged in to",
			"install openssh-server on the host"+model.Again)
	}
	if n, err := strconv.Atoi(strings.Join(set["maxsessions"], " ")); err == nil && n < sessions {
		return model.RefusalToChange(fmt.Sprintf("sshd allows %d at once of the %d sessions over a connection that djship needs (MaxSessions %d)", n, sessions, n),
			fmt.Sprintf("set MaxSessions to %d or more in /etc/ssh/sshd_config on the host (it is 10 where nothing is set), and: systemctl reload ssh - then run the same command again", sessions))
	}
	const include = "put `Include /etc/ssh/sshd_config.d/*.conf` above all else into /etc/ssh/sshd_config on the host: below a Match it counts for that alone"
	if file, ok := model.LineAfter(seen.Text, "file "); ok && file != sshdConfig {
		return model.Refusal("sshd runs with -f "+model.Shown(file)+": what is in /etc/ssh/sshd_config and sshd_config.d does not count, so that the account of a site could be logged in to",
			"have it read /etc/ssh/sshd_config (SSHD_OPTS in /etc/default/ssh), which may include that file, and `systemctl restart ssh`"+model.Again)
	}
	if at, ok := model.LineAfter(seen.Text, "within "); ok {
		return model.Refusal(fmt.Sprintf("%s: a DenyUsers below a Match takes the place of djship's rules for whom it matches: accounts of sites could be logged in to", model.Shown(at)),
			"put it above all Match lines, or name the accounts of sites in it, too"+model.Again)
	}
	switch _, rest, fresh := strings.Cut("\n"+seen.Text, "\nconfig\n"); {
	case model.HasLine(seen.Text, "rule") && set["maxsessions"] != nil && !s.denied(set):
		return model.Refusal(fmt.Sprintf("sshd does not obey %s: the account %s could be logged in to", SSHRule(s.User), s.user()), include+model.Again)
	case fresh && !includes(rest, SSHRule(s.User)):
		return model.RefusalToChange("sshd does not read /etc/ssh/sshd_config.d, so that the account of a site could be logged in to", include+model.Again)
	}
	return model.Change{}
}

// denied tells whether sshd lets nobody log in to the account, by what it has set.
func (s SSHDaemon) denied(set map[string][]string) bool {
	named := func(key string, names ...string) bool {
		return slices.ContainsFunc(set[key], func(pattern string) bool {
			return slices.ContainsFunc(names, func(name string) bool {
				ok, err := path.Match(pattern, name)
				return ok && err == nil
			})
		})
	}
	groups := []string{"webapps"}
	return named("denyusers", s.user()) || set["allowusers"] != nil && !named("allowusers", s.user()) ||
		named("denygroups", groups...) || set["allowgroups"] != nil && !named("allowgroups", groups...)
}

// includes tells whether lines of sshd_config, of Include and Match alone, have a file read for everybody.
func includes(config, file string) bool {
	for line := range strings.Lines(config) {
		words := strings.Fields(strings.Replace(line, "=", " ", 1))
		if len(words) == 0 {
			continue
		}
		switch strings.ToLower(words[0]) {
		case "match":
			return false
		case "include":
			for _, pattern := range words[1:] {
				if inPattern(strings.Trim(pattern, `"'`), "/etc/ssh", file) {
					return true
				}
			}
		}
	}
	return false
}

// SSHRule is the file that keeps everybody from logging in to a site's account by SSH.
func SSHRule(account string) string { return "/etc/ssh/sshd_config.d/djship-" + account + ".conf" }

// SSHReload takes the rule that refuses SSH logins of a site's account into use.
func SSHReload(account string) Handler {
	return Handler{Key: "sshd-reload:" + account, What: "sshd reload for " + account, Verb: model.Reload, Detail: "sshd -t, then reload", Do: SSHDaemon{account}.rule("shell/sshdreload.sh")}
}
