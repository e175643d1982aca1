package cli

import (
	"time"

	"djship/inventory"
)

// The options that several commands have. What only rollouts have is in rolloutoptions.go.

// A selection is which hosts a command is about, and how much it says.
type selection struct {
	inventories []string // files, folders, lists; none for ./hosts.ini
	limit       string   // a pattern, where limited
	limited     bool
	verbose     int
	quiet       bool

	inventoryOrigin, limitOrigin string // the variables that they are from: `DJSHIP_LIMIT="web9": `
}

func readSelection(in input) selection {
	return selection{
		inventories: in.values["inventory"], limit: in.text("limit"), limited: in.set("limit"),
		verbose: in.count("verbose"), quiet: in.on("quiet"),
		inventoryOrigin: in.origins["inventory"], limitOrigin: in.origins["limit"],
	}
}

// An access is how hosts are logged in to.
type access struct {
	login      inventory.Flags
	connection passwordSource
	become     passwordSource
	forks      int // hosts at once
}

func readAccess(in input) (access, error) {
	a := access{
		login: inventory.Flags{User: in.text("user"), PrivateKey: in.text("private-key"), Port: in.number("port", 0), Jump: in.text("jump"),
			SSHConfig: in.text("ssh-config"), Timeout: time.Duration(in.number("timeout", 0)) * time.Second, AcceptNew: in.on("accept-new")},
		connection: passwordSource{ask: in.on("ask-pass"), file: in.text(connection.flag)},
		become:     passwordSource{ask: in.on("ask-become-pass"), file: in.text(become.flag)},
		forks:      in.number("forks", 100),
	}
	switch {
	case a.forks < 1:
		return a, in.bad("forks", "--forks must be at least 1", "leave it out for 100 hosts at once")
	case in.set("port") && (a.login.Port < 1 || a.login.Port > 65535):
		return a, in.bad("port", "--port must be between 1 and 65535", "leave it out for 22")
	case in.set("timeout") && a.login.Timeout <= 0:
		return a, in.bad("timeout", "--timeout must be at least 1 second", "leave it out for 10")
	case a.connection.ask && a.connection.file != "", a.become.ask && a.become.file != "":
		return a, &usageError{"a password is either asked for or read from a file", "leave out -k or --" + connection.flag + ", -K or --" + become.flag}
	}
	return a, nil
}
