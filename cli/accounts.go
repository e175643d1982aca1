package cli

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
)

// accounts are the keys of sites' accounts with their CAs that hosts have handed on, in memory alone: what one host of a site has made all
// have then. It implements rollout.Sharing.
type accounts struct {
	mu    sync.Mutex
	keys  map[string]secret.Value // by django.Account.Of
	first map[string]string       // the thumbprint that was seen first
}

func newAccounts() *accounts {
	return &accounts{keys: map[string]secret.Value{}, first: map[string]string{}}
}

// given is the key that a host has handed on; not set for none.
func (a *accounts) given(of string) secret.Value {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.keys[of]
}

// Needs implements rollout.Sharing: an account that was not handed on yet. A host with another key than the first that was seen is one
// that lacks it.
func (a *accounts) Needs(p model.Plan) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, it := range p.Items {
		s, is := it.Step.(django.Account)
		if !is || a.keys[s.Of()].IsSet() {
			continue
		}
		thumbprint, has := s.Has(it.Seen)
		if has && a.first[s.Of()] == "" {
			a.first[s.Of()] = thumbprint
		}
		return s.Of(), has && thumbprint == a.first[s.Of()]
	}
	return "", false
}

// mostOfKey is how much of a key is taken from a host.
const mostOfKey = 16 << 10

// Fetch implements rollout.Sharing.
func (a *accounts) Fetch(ctx context.Context, s rollout.Connection, p model.Plan, what string) error {
	for _, it := range p.Items {
		account, is := it.Step.(django.Account)
		if !is || account.Of() != what {
			continue
		}
		var text bytes.Buffer
		if _, _, err := runner.Fetch(ctx, s, account.Pack(), &text); err != nil {
			return err
		}
		key := secret.New(text.String())
		if text.Len() > mostOfKey || django.Thumbprint(key) == "" {
			return errors.New("what it has is no key of an account")
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.keys[what] = key
	}
	return nil
}
