package cli

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"djship/report"
	"djship/rollout"
	"djship/steps/django"
)

// What a person wants to know when a site is up: its address, whether its name leads there, what is next.

// siteNames are the names under which a run's sites are met.
func siteNames(r *rollout.Rollout) []string {
	var names []string
	for _, h := range r.Targets {
		if site := h.Turns.Health(); site != nil && site.Domain != "" && !slices.Contains(names, site.Domain) {
			names = append(names, site.Domain, "www."+site.Domain)
		}
	}
	return names
}

// siteSummary begins to view up where the names of the run's sites lead, and returns what says, after a run
// that went well, where they are met and what is next. It does nothing where nobody is there to read it.
func siteSummary(ctx context.Context, env Env, o rolloutOptions, r *rollout.Rollout, view report.Options) (summarize func()) {
	if o.check || o.json || o.quiet || !view.TTY && o.verbose == 0 {
		return func() {}
	}
	known := lookUp(ctx, siteNames(r))
	return func() {
		columns := 0
		if view.TTY {
			columns, _ = view.Size()
		}
		for _, line := range summaryLines(r.Sites(), known()) {
			parts := []string{line}
			if !strings.HasPrefix(line, " ") { // else a command, to be copied
				parts = report.Fold(line, "  ", columns)
			}
			for _, part := range parts {
				say(env.Stderr, "%s\n", part)
			}
		}
	}
}

// mostDomains is of how many domains it is said where they are met.
const mostDomains = 5

// summaryLines are the lines of siteSummary.
func summaryLines(sites []rollout.Site, known map[string]nameResult) []string {
	byDomain := map[string][]rollout.Site{}
	var domains []string
	var created []rollout.Site
	for _, s := range sites {
		if byDomain[s.Domain] == nil {
			domains = append(domains, s.Domain)
		}
		byDomain[s.Domain] = append(byDomain[s.Domain], s)
		if s.New {
			created = append(created, s)
		}
	}
	if domains == nil {
		return nil
	}
	lines := []string{""}
	for i, domain := range domains {
		if i == mostDomains && len(domains) > mostDomains+1 {
			lines = append(lines, fmt.Sprintf("… and %d domains more", len(domains)-i))
			break
		}
		line := address(byDomain[domain]) + " answers on " + hostNames(byDomain[domain])
		if f, ok := known[domain]; ok {
			line += whereNameLeads(domain, f, byDomain[domain])
		}
		lines = append(lines, line)
	}
	return append(lines, nextSteps(created, known)...)
}

// address is where visitors meet a site: by https where all its hosts speak it.
func address(sites []rollout.Site) string {
	scheme := "https"
	for _, s := range sites {
		if !s.HTTPS {
			scheme = "http"
		}
	}
	return scheme + "://" + django.Shown(sites[0].Domain) + "/"
}

// whereNameLeads goes on in a sentence with whether a name leads to the hosts of its site.
func whereNameLeads(domain string, f nameResult, sites []rollout.Site) string {
	var there, elsewhere []string
	for _, addr := range f.addrs {
		if host := hostAt(addr, sites); host != "" {
			there = append(there, addr)
		} else {
			elsewhere = append(elsewhere, addr)
		}
	}
	switch {
	case f.err != nil:
		return fmt.Sprintf("; where %s leads can't be told: %v", domain, f.err)
	case f.addrs == nil:
		return fmt.Sprintf(", but %s does not resolve yet: it needs %s", domain, recordFor(sites))
	case there == nil:
		return fmt.Sprintf(", but %s resolves to %s, which is none of these hosts: right behind a CDN or a load balancer, else it needs %s",
			domain, firstFew(elsewhere), recordFor(sites))
	case elsewhere != nil:
		return fmt.Sprintf(", and %s leads there (%s), but also to %s, which is none of these hosts", domain, firstFew(there), firstFew(elsewhere))
	}
	return fmt.Sprintf(", and %s leads there (%s)", domain, firstFew(there))
}

// hostAt is the host that has an address, "" for none of them.
func hostAt(addr string, sites []rollout.Site) string {
	for _, s := range sites {
		if s.Reached == addr || slices.Contains(s.Own, addr) {
			return s.Host
		}
	}
	return ""
}

// recordFor is what a name server should have for a site.
func recordFor(sites []rollout.Site) string {
	var words []string
	for _, s := range sites {
		addr := publicAddress(s)
		kind := "an A record to "
		if strings.Contains(addr, ":") {
			kind = "an AAAA record to "
		}
		if addr != "" && !slices.Contains(words, kind+addr) {
			words = append(words, kind+addr)
		}
	}
	if words == nil {
		return "an A record to the host's address"
	}
	for i := range words[1:] {
		words[i+1] = words[i+1][strings.Index(words[i+1], " to ")+len(" to "):]
	}
	if len(words) > 3 {
		words = append(words[:3], "…")
	}
	return strings.Join(words, " or ")
}

// publicAddress is the address that visitors reach a host by: the one it was reached by itself, but for a private
// one, through a VPN say, where it has a public one.
func publicAddress(s rollout.Site) string {
	all := append([]string{s.Reached}, s.Own...)
	for _, addr := range all {
		if ip, err := netip.ParseAddr(addr); err == nil && ip.IsGlobalUnicast() && !ip.IsPrivate() {
			return addr
		}
	}
	for _, addr := range all {
		if ip, err := netip.ParseAddr(addr); err == nil && !ip.IsLoopback() {
			return addr
		}
	}
	return ""
}

// nextSteps is what is left to do for sites that were made just now.
func nextSteps(sites []rollout.Site, known map[string]nameResult) []string {
	if len(sites) == 0 {
		return nil
	}
	s := sites[0]
	names := "" // those that the certificate has: all
	if www, ok := known["www."+s.Domain]; ok && www.err == nil && www.addrs == nil && known[s.Domain].addrs != nil {
		names = " " + namesVar + "=" + s.Domain
	}
	if slices.ContainsFunc(sites, func(other rollout.Site) bool { return other.Domain != s.Domain }) {
		names = ""
	}
	next := []string{"", "next, on " + hostNames(sites) + ":",
		fmt.Sprintf("  superuser  sudo -Hu %s bash -c 'cd; . ./prepare_env.sh; manage.py createsuperuser'", s.Project),
		fmt.Sprintf("  your code  on your workstation, in its folder: djship push %s", s.Project),
	}
	if !s.HTTPS {
		next = append(next, "  https      once the name leads there: "+tlsVar+"="+django.TLSACME+names+" beside the host in your inventory, and the same command again")
	}
	return next
}

func hostNames(sites []rollout.Site) string {
	var names []string
	for _, s := range sites {
		names = append(names, s.Host)
	}
	return firstFew(names)
}

// firstFew are words as a list has them, of many only the first.
func firstFew(words []string) string {
	const most = 4
	if len(words) > most {
		return strings.Join(words[:most-1], ", ") + fmt.Sprintf(" and %d more", len(words)-most+1)
	}
	return strings.Join(words, ", ")
}
