package cli

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"
)

// nameServer is asked in place of this machine's own where a build for tests has set it.
var nameServer string

// resolve looks a name up, as this machine's programs do.
var resolve = func(ctx context.Context, name string) ([]netip.Addr, error) {
	resolver := net.DefaultResolver
	if nameServer != "" {
		resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, nameServer)
		}}
	}
	return resolver.LookupNetIP(ctx, "ip", name)
}

const (
	lookUpLimit  = 2 * time.Second
	lookUpLonger = 200 * time.Millisecond // by how much a look-up may end after the run
)

// A nameResult is what a name leads to; err is why that can't be told.
type nameResult struct {
	addrs []string
	err   error
}

// lookUp begins to look names up. The result gives those that are known by then, or a moment later.
func lookUp(ctx context.Context, names []string) (known func() map[string]nameResult) {
	type answer struct {
		name string
		nameResult
	}
	answers := make(chan answer, len(names))
	for _, name := range names {
		go func() {
			ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
			defer cancel()
			a := answer{name: name}
			addrs, err := resolve(ctx, name)
			var unknown *net.DNSError
			if err != nil && !(errors.As(err, &unknown) && unknown.IsNotFound) {
				a.err = err
			}
			for _, addr := range addrs {
				if text := addr.Unmap().WithZone("").String(); !slices.Contains(a.addrs, text) {
					a.addrs = append(a.addrs, text)
				}
			}
			answers <- a
		}()
	}
	return func() map[string]nameResult {
		all := map[string]nameResult{}
		late := time.After(lookUpLonger)
		for range names {
			select {
			case a := <-answers:
				all[a.name] = a.nameResult
			case <-late:
				return all
			}
		}
		return all
	}
}
