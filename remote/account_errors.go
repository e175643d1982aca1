package remote

import (
	"regexp"
	"strings"

	"djship/shell"
)

// What servers say of accounts that may not be used now or not in this way, though login and password are
// right; by sshd, PAM, sudo, or an image's forced command.
var (
	saysLoginAs       = regexp.MustCompile(`(?i)please log ?in as (?:the )?(?:user )?["']?([a-z_][a-z0-9_-]{0,31})["']? (?:user )?rather`)
	saysNoLogin       = regexp.MustCompile(`(?i)pam_nologin|unprivileged users are not permitted to log ?in|system is (?:booting up|going down)|/etc/nologin`)
	saysOldAccount    = regexp.MustCompile(`(?i)account (?:has|is) expired`)
	saysOldPassword   = regexp.MustCompile(`(?i)password (?:has|is) expired|password expired|required to change your password|password change required|new password required`)
	saysLockedAccount = regexp.MustCompile(`(?i)is your account locked|account is locked`)
	saysNoShell       = regexp.MustCompile(`(?i)this account is currently not available`)
)

// accountHint is what to do where a server says that of the account of user; empty where it says nothing of
// the kind.
func accountHint(said, user string) string {
	who := shell.Quote(user)
	if m := saysLoginAs.FindStringSubmatch(said); m != nil {
		return "log in as " + m[1] + " (-u " + m[1] + ", or ansible_user=" + m[1] + " in the inventory), who may use sudo (ansible_become=true)"
	}
	switch {
	case saysNoLogin.MatchString(said):
		return "only root may log in there now: wait until the host has booted, log in as root (-u root), or remove /etc/nologin on the host where it was forgotten"
	case saysOldAccount.MatchString(said) && !saysOldPassword.MatchString(said):
		return "that account has expired: as root on the host, chage -E -1 " + who
	case saysOldPassword.MatchString(said):
		return "that account's password has expired, and a login by key counts it, too: log in once with ssh -t and change it, or as root on the host, passwd " + who + " or chage -M -1 " + who
	case saysLockedAccount.MatchString(said):
		return "that account is locked: as root on the host, passwd -S " + who + " and chage -l " + who + " tell how, passwd -u " + who + " unlocks it"
	case saysNoShell.MatchString(said):
		return "that account has no shell: as root on the host, chsh -s /bin/sh " + who + ", or log in as another (-u)"
	}
	return ""
}

// lastSaid is the end of what a server said before or after a login: enough to see why, and no more.
func lastSaid(banner string) string {
	const lines, longest = 3, 500
	var kept []string
	for line := range strings.SplitSeq(banner, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	said := strings.Join(kept[max(0, len(kept)-lines):], "; ")
	return strings.ToValidUTF8(said[max(0, len(said)-longest):], "")
}
