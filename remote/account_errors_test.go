package remote_test

import (
	"strings"
	"testing"

	"djship/remote"
)

// Each hint is given to what calls for it, and what looks like it gets the one that it needs.
func TestHintsForAccounts(t *testing.T) {
	shell := func(said string) string {
		return (&remote.LoginShellError{Host: "web1", User: "me", Output: said}).Hint()
	}
	sudo := func(said string) string {
		return (&remote.BecomeError{Host: "web1", User: "me", Method: "sudo", Target: "root", Kind: remote.BecomeNotPermitted, Output: said}).Hint()
	}
	auth := func(said string) string { return (&remote.AuthError{User: "me", Said: said}).Hint() }
	for _, c := range []struct{ hint, want string }{
		{shell(`Please login as the user "ubuntu" rather than the user "root".`), "-u ubuntu"},
		{shell("Please login as the ec2-user user rather than root user."), "-u ec2-user"},
		{shell(`Please login as the user "$(reboot)" rather than the user "root".`), "forced command"},
		{shell("Please log in again later."), "forced command"},
		{shell("System is going down. Unprivileged users are not permitted to log in anymore. For technical details, see pam_nologin(8)."), "remove /etc/nologin"},
		{auth(`"System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8)."`), "remove /etc/nologin"},
		{shell("This account is currently not available."), "chsh -s /bin/sh me"},
		{shell("bash: exit"), "forced command"},
		{shell("WARNING: Your password has expired.\nPassword change required but no TTY available."), "chage -M -1 me"},
		{shell("You are required to change your password immediately (administrator enforced).\nWARNING: Your password has expired.\nPassword change required but no TTY available."), "chage -M -1 me"},
		{auth("Your account has expired; please contact your system administrator."), "chage -E -1 me"},
		{sudo("sudo: Account or password is expired, reset your password and try again"), "chage -M -1 me"},
		{sudo("sudo: account validation failure, is your account locked?"), "passwd -u me"},
		{sudo("me is not in the sudoers file."), "/etc/sudoers.d/me"},
		{sudo("Sorry, user me is not allowed to execute '/bin/sh' as root on web1."), "/etc/sudoers.d/me"},
		{(&remote.AuthError{User: "me", Shut: true}).Hint(), "chage -l me"},
		{(&remote.AuthError{User: "me"}).Hint(), "authorized_keys"},
		{(&remote.AuthError{User: "me", Said: "Authorized uses only. Passwords expire after 90 days."}).Hint(), "authorized_keys"},
		{(&remote.AuthError{User: "me", Allow: []string{"password"}}).Hint(), "DJSHIP_CONNECTION_PASSWORD"},
		{(&remote.BecomeError{User: "me", Method: "sudo", Kind: remote.BecomePasswordNeeded}).Hint(), "DJSHIP_BECOME_PASSWORD"},
	} {
		if !strings.Contains(c.hint, c.want) {
			t.Errorf("hint: %s\nwant: … %s …", c.hint, c.want)
		}
	}
}
