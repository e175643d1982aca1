// Package inventory answers what is asked of inventories and ssh_config together: which hosts a
// pattern names, how each of them is logged in to by flags, variables and ssh_config, and what in an
// inventory is hardly meant. It contacts no host.
//
// Nothing here is about deployments: you may skip it until you wonder where djship got a host's
// address, login or variable from. Below it, package ansible reads the inventories and package
// sshconfig the configuration of ssh; those you may skip for longer.
//
// Read it in this order: inventory.go (Load), pattern.go (Select), resolve.go (Explain).
package inventory

import (
	"io"
	"slices"

	"djship/inventory/ansible"
	"djship/inventory/source"
)

// What an inventory consists of, as its readers have it.
type (
	Host    = ansible.Host
	Group   = ansible.Group
	Warning = source.Warning
)

// An Inventory is hosts in groups, with variables. It does not change after Load and is safe for
// concurrent use.
type Inventory struct {
	*ansible.Inventory
	warnings []Warning // see Warnings
}

// Load reads all sources into one inventory: a file, a folder of files, a list of hosts with a
// comma in it (web1,web2 or web1,), or - for stdin. Later sources add to earlier ones, and their
// variables win. It returns either an inventory or every mistake in all sources, joined; most of
// them are *source.ParseError. What is merely odd is in Warnings.
func Load(sources []string, stdin io.Reader) (*Inventory, error) {
	return LoadSaying(sources, stdin, func(string) {})
}

// LoadSaying is Load that tells runs of each executable file, once and by its whole path, as soon as
// it runs.
func LoadSaying(sources []string, stdin io.Reader, runs func(path string)) (*Inventory, error) {
	read, err := ansible.Read(sources, stdin, runs)
	if err != nil {
		return nil, err
	}
	return &Inventory{read, lint(read)}, nil
}

// Warnings returns what is odd in the inventory, sorted by place.
func (i *Inventory) Warnings() []Warning { return slices.Clone(i.warnings) }

// Names returns the names of the groups and hosts of sources as far as they can be had by reading
// alone, for what is asked before anybody has decided to use an inventory: it runs nothing, passes
// over stdin, executable files, what is no plain file and what is bigger than 8 MiB, reads no
// variables, and leaves out what is wrong.
func Names(sources []string) (groups, hosts []string) { return ansible.Names(sources) }
