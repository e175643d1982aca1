package cli

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Names are looked up while the run goes on, for a short time each, and none of it holds the end up.
func TestLookUp(t *testing.T) {
	defer func(before func(context.Context, string) ([]netip.Addr, error)) { resolve = before }(resolve)
	resolve = func(ctx context.Context, name string) ([]netip.Addr, error) {
		switch name {
		case "known":
			return []netip.Addr{netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("fe80::1%eth0")}, nil
		case "unknown":
			return nil, &net.DNSError{IsNotFound: true}
		case "broken":
			return nil, errors.New("server misbehaving")
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	synctest.Test(t, func(t *testing.T) {
		names := []string{"known", "unknown", "broken", "slow"}
		known := lookUp(t.Context(), names)
		began := time.Now()
		got := known()
		if took := time.Since(began); took > lookUpLonger {
			t.Errorf("the end of a run was held up for %v", took)
		}
		if _, ok := got["slow"]; ok || len(got) != 3 || got["unknown"].err != nil || got["unknown"].addrs != nil || got["broken"].err == nil ||
			!slices.Equal(got["known"].addrs, []string{"192.0.2.1", "fe80::1"}) {
			t.Errorf("known at once: %v", got)
		}
		known = lookUp(t.Context(), names)
		time.Sleep(lookUpLimit)
		if got := known(); len(got) != 4 || got["slow"].err == nil {
			t.Errorf("known in the end: %v", got)
		}
	})
}
