package cli

import (
	"fmt"
	"strings"
)

func manCommand() *command {
	return &command{
		name: "man", brief: "print the manual page: djship man | man -l -",
		examples: []string{"djship man"},
		run:      func(env Env, _ input) error { return sayText(env.Stdout, manPage()) },
	}
}

// manual is a page in the man macros of roff.
type manual struct{ strings.Builder }

func (b *manual) section(name string) { fmt.Fprintf(b, ".SH %s\n", name) }

func (b *manual) text(text string) { fmt.Fprintf(b, "%s\n", roff(text)) }

// items are words with what they mean below them.
func (b *manual) items(rows [][2]string) {
	for _, r := range rows {
		fmt.Fprintf(b, ".TP\n.B %s\n", roff(strings.TrimSpace(r[0])))
		b.text(r[1])
	}
}

func (b *manual) examples(lines ...string) {
	fmt.Fprint(b, ".PP\n.nf\n.RS\n")
	for _, l := range lines {
		b.text(l)
	}
	fmt.Fprint(b, ".RE\n.fi\n")
}

// manPage is the manual, made of the same words as the help.
func manPage() string {
	b := &manual{}
	fmt.Fprintf(b, ".TH DJSHIP 1 \"\" \"djship %s\" \"User Commands\"\n", roff(strings.ReplaceAll(Version, `"`, "")))
	b.section("NAME")
	fmt.Fprintf(b, "djship \\- %s\n", roff(purpose))
	b.section("SYNOPSIS")
	b.text("djship [flags] command [arguments]")
	b.section("DESCRIPTION")
	b.text("djship reads an inventory as Ansible has it, logs in to all hosts at once over SSH, and makes of each what a Django site needs." +
		" Nothing is installed on a host beforehand, and a second run changes nothing." +
		" Flags stand anywhere in the line; a command refuses those that do nothing for it.")
	b.section("COMMANDS")
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		b.items([][2]string{{c.name + " " + c.args, c.brief}})
		for _, r := range flagRows(c.flags) {
			fmt.Fprintf(b, ".br\n%s\n", roff(strings.TrimSpace(r[0])+": "+r[1]))
		}
	}
	b.section("OPTIONS")
	b.items(flagRows(globalFlags()))
	b.section("EXAMPLES")
	for _, c := range commands() {
		if len(c.examples) > 1 && c.name != "help" {
			fmt.Fprintf(b, ".PP\n")
			b.text(strings.ToUpper(c.brief[:1]) + c.brief[1:] + ":")
			b.examples(c.examples...)
		}
	}
	b.section("INVENTORY VARIABLES")
	b.text("Of djship's own. How a host is reached is said by Ansible's: ansible_host, ansible_user and so on.")
	b.items(variableRows())
	b.section("ENVIRONMENT")
	b.items(otherVariables)
	fmt.Fprintf(b, ".PP\n")
	b.text("Each flag has a variable, and beats it:")
	b.items(flagVariables())
	b.section("EXIT STATUS")
	b.items(statusRows())
	b.section("FILES")
	b.items([][2]string{
		{"./hosts.ini", "the inventory where none is named"},
		{"~/.ssh/config, ~/.ssh/known_hosts", "are read as ssh reads them; host keys that you said yes to are added to the latter"},
		{"$XDG_STATE_HOME/djship/runs/RUN/", "of each of the last 100 runs: HOST.log, events.jsonl, report.html where it was made, not-done where hosts are left to do"},
	})
	b.section("SEE ALSO")
	b.text("ssh(1), ssh_config(5), ansible-inventory(1)")
	return b.String()
}

// roff escapes what would be an instruction.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`, "…", `\&...`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, `\(aq`) {
		text = `\&` + text
	}
	return text
}
