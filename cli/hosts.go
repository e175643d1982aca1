package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"djship/inventory"
	"djship/rollout"
)

func hostsCommand() *command {
	return &command{
		name: "hosts", brief: "list the hosts that would be touched, contacting none",
		examples: []string{"djship hosts -l 'web*:!web3'", "djship hosts -v -l web1", "djship hosts --json"},
		tooMany:  "djship hosts -l PATTERN",
		explains: []string{"limit", "verbose", "json"}, accepts: slices.Concat([]string{"inventory"}, loginFlags, []string{"quiet"}),
		meanings: map[string]string{"verbose": "say where each is and how it is reached"},
		run:      parseThenRun(readHostsOptions, listHosts),
	}
}

// hostsOptions are what `djship hosts` is asked for.
type hostsOptions struct {
	selection
	access // how they would be logged in to
	json   bool
}

func readHostsOptions(in input) (hostsOptions, error) {
	a, err := readAccess(in)
	return hostsOptions{readSelection(in), a, in.on("json")}, err
}

// listHosts lists the hosts of the inventory that a run would be about.
func listHosts(env Env, o hostsOptions) error {
	inv, hosts, err := selectHosts(env, o.selection)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(env.Stdout)
	if !o.json && o.verbose == 0 {
		for _, h := range hosts {
			say(out, "%s\n", h.Name)
		}
		return out.Flush()
	}
	config, err := inventory.OpenSSHConfig(o.login.SSHConfig)
	if err != nil {
		return err
	}
	routes, errs := inventory.ExplainEach(hosts, o.login, config)
	stages := stagesOf(inv, hosts)
	for i, h := range hosts {
		if !o.json {
			sayRoute(out, h, routes[i], errs[i])
			for _, note := range routes[i].Notes {
				say(env.Stderr, "warning: %s: %s\n", h.Name, note)
			}
		} else if err := sayJSON(out, newHostLine(h, stages[h], routes[i], errs[i])); err != nil {
			return err
		}
	}
	return errors.Join(append(withoutRepeats(hosts, errs), out.Flush())...)
}

// A hostLine is a host as JSON has it: where it is, and nothing secret.
type hostLine struct {
	Host    string   `json:"host"`
	Address string   `json:"address,omitempty"` // missing where there is a problem
	Port    int      `json:"port,omitempty"`
	User    string   `json:"user,omitempty"`
	Through []string `json:"through,omitempty"` // user@host:port of each jump
	Groups  []string `json:"groups"`
	Stage   string   `json:"stage,omitempty"` // missing where the inventory has no stages
	Problem string   `json:"problem,omitempty"`
}

// newHostLine tells of a host by the way to it, or by what is wrong with that.
func newHostLine(h *inventory.Host, stage string, route inventory.Route, err error) hostLine {
	l := hostLine{Host: h.Name, Groups: append([]string{}, h.Groups()...), Stage: stage}
	if err != nil {
		l.Problem = strings.TrimPrefix(err.Error(), h.Name+": ")
		return l
	}
	ep := route.Endpoint
	l.Address, l.Port, l.User = ep.Addr, ep.Port, ep.User
	for _, j := range ep.Jumps {
		l.Through = append(l.Through, j.User+"@"+net.JoinHostPort(j.Addr, strconv.Itoa(j.Port)))
	}
	return l
}

// sayRoute prints how a host is reached, and where each part of that was set. One that cannot be reached
// as it stands hides no other one.
func sayRoute(w io.Writer, h *inventory.Host, route inventory.Route, err error) {
	say(w, "%s\n", h.Name)
	var rows [][]string
	if err != nil {
		rows = append(rows, []string{"   ", "problem", strings.TrimPrefix(err.Error(), h.Name+": ")})
	}
	for _, origin := range route.Origins {
		rows = append(rows, []string{"   ", origin.Option, origin.Value, "(" + origin.From + ")"})
	}
	table(w, rows)
}

// withoutRepeats says what is wrong with several hosts in the same way once, with how many they are.
func withoutRepeats(hosts []*inventory.Host, errs []error) []error {
	var texts []string
	same := map[string][]error{}
	for i, err := range errs {
		if err == nil {
			continue
		}
		text := strings.TrimPrefix(err.Error(), hosts[i].Name+": ")
		if same[text] == nil {
			texts = append(texts, text)
		}
		same[text] = append(same[text], err)
	}
	var all []error
	for _, text := range texts {
		err := same[text][0]
		if n := len(same[text]) - 1; n > 0 {
			err = &usageError{fmt.Sprintf("%v (and the same of %d more)", err, n), rollout.HintOf(err)}
		}
		all = append(all, err)
	}
	return all
}
