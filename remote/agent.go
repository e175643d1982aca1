package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"djship/shell"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// How long an agent may take to list its keys, or to take one, and to sign: it may ask a person first.
var (
	agentLimit = 5 * time.Second
	signLimit  = time.Minute
)

// agentKeys are the keys of an agent.
type agentKeys struct {
	socket string
	limit  time.Duration // for all but signing
	done   chan struct{} // closed when the others are set
	client agent.ExtendedAgent
	list   []agentKey
	err    error
	told   atomic.Bool // a login has told that it went without this agent
}

// An agentKey is a key or a certificate of an agent.
type agentKey struct {
	public ssh.PublicKey
	signer ssh.Signer
}

// agent connects to an agent and lists its keys. An agent that does not answer in time has none, and
// its err is set. Where ctx ends first, the error is ctx's.
func (r *keyring) agent(ctx context.Context, socket string) (*agentKeys, error) {
	if socket == "" {
		return &agentKeys{}, nil
	}
	r.mu.Lock()
	a, ok := r.agents[socket]
	if !ok {
		a = &agentKeys{socket: socket, limit: agentLimit, done: make(chan struct{})}
		if r.agents == nil {
			r.agents = map[string]*agentKeys{}
		}
		r.agents[socket] = a
		go a.connect()
	}
	r.mu.Unlock()
	select {
	case <-a.done:
		return a, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// connect asks the agent for its keys.
func (a *agentKeys) connect() {
	defer close(a.done)
	all, late, err := answerOf(context.Background(), a.limit, func() (*agentKeys, error) { return listAgent(a.socket) })
	if all != nil {
		a.client, a.list = all.client, all.list
	}
	switch {
	case late:
		a.err = &AgentError{Socket: a.socket, Late: true, Err: fmt.Errorf("it does not answer within %v", a.limit)}
	case err != nil:
		a.err = &AgentError{Socket: a.socket, Err: err}
	}
}

func listAgent(socket string) (*agentKeys, error) {
	conn, err := dialAgent(socket)
	if err != nil {
		return nil, plainNetError(err)
	}
	a := &agentKeys{client: agent.NewClient(conn)}
	signers, err := a.client.Signers()
	for _, s := range signers {
		// What the agent gives does not tell a certificate from a key. Types unknown here are no use.
		if public, err := ssh.ParsePublicKey(s.PublicKey().Marshal()); err == nil {
			a.list = append(a.list, agentKey{public, s})
		}
	}
	return a, err
}

// answerOf calls what asks an agent, and waits for it no longer than limit and than ctx lasts: a call that
// is never answered can't be taken back. late tells that the limit has passed.
func answerOf[T any](ctx context.Context, limit time.Duration, call func() (T, error)) (answer T, late bool, err error) {
	type result struct {
		answer T
		err    error
	}
	done := make(chan result, 1)
	go func() {
		answer, err := call()
		done <- result{answer, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.answer, false, r.err
	case <-ctx.Done():
		return answer, false, context.Cause(ctx)
	case <-timer.C:
		return answer, true, nil
	}
}

// find gives the agent's signer for a key; nil where it has none.
func (a *agentKeys) find(key ssh.PublicKey) ssh.Signer {
	if key == nil {
		return nil
	}
	for _, k := range a.list {
		if sameKey(k.public, key) {
			return k.signer
		}
	}
	return nil
}

// add hands a key to the agent, if it takes it in time.
func (a *agentKeys) add(ctx context.Context, key agent.AddedKey) {
	_, _, _ = answerOf(ctx, a.limit, func() (struct{}, error) { return struct{}{}, a.client.Add(key) })
}

// An agentSigner is an agent's signer for one login, whose clock stands while the agent asks a person.
type agentSigner struct {
	ssh.Signer
	hop    *hop
	socket string
}

// Sign implements ssh.Signer.
func (s agentSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return s.wait(func() (*ssh.Signature, error) { return s.Signer.Sign(rand, data) })
}

// SignWithAlgorithm implements ssh.AlgorithmSigner.
func (s agentSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	with, ok := s.Signer.(ssh.AlgorithmSigner)
	if !ok {
		return s.Sign(rand, data)
	}
	return s.wait(func() (*ssh.Signature, error) { return with.SignWithAlgorithm(rand, data, algorithm) })
}

func (s agentSigner) wait(sign func() (*ssh.Signature, error)) (*ssh.Signature, error) {
	defer s.hop.hold()()
	signature, late, err := answerOf(s.hop.ctx, signLimit, sign)
	if late {
		err = &AgentError{Socket: s.socket, Late: true, Err: fmt.Errorf("it does not sign within %v", signLimit)}
		s.hop.offers.err = err
	}
	return signature, err
}

// An AgentError says that an agent is of no use.
type AgentError struct {
	Socket string
	Late   bool // it was waited for in vain
	Err    error
}

func (e *AgentError) Error() string {
	return fmt.Sprintf("the agent at %s (SSH_AUTH_SOCK, or IdentityAgent): %v", e.Socket, e.Err)
}

// Hint says how to see whether the agent lives, and how to go without it.
func (e *AgentError) Hint() string {
	return "see whether it answers: SSH_AUTH_SOCK=" + shell.Quote(e.Socket) + " ssh-add -l; djship goes without it where SSH_AUTH_SOCK is empty, with a key of --private-key"
}

func (e *AgentError) Unwrap() error { return e.Err }

// lateAgent is the agent that a login went without, as it did not answer; told once of each.
func (h *hop) lateAgent() error {
	for _, note := range h.offers.notes {
		var late *AgentError
		if errors.As(note, &late) && late.Late && h.offers.agent.told.CompareAndSwap(false, true) {
			return late
		}
	}
	return nil
}
