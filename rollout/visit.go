package rollout

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"

	"djship/remote"
	"djship/steps/server"
)

// A reply is what became of a visit.
type reply struct {
	url     *url.URL       // that was answered, behind redirects within the site
	addr    netip.AddrPort // of the host
	status  int
	ours    bool     // the answer has the mark of the site's server block
	ofNginx bool     // nginx has made the answer itself
	notes   []string // for a person
	err     error
	nobody  bool     // err is that nothing listens at the first address
	to      *url.URL // where a redirect leads; nil for none
}

// good tells whether a visitor would be content.
func (r reply) good() bool { return r.err == nil && r.status >= 200 && r.status <= 399 }

func (r reply) String() string {
	switch {
	case r.err != nil:
		return r.err.Error()
	case r.url.Scheme == "https":
		return fmt.Sprintf("status %d at %s", r.status, r.url)
	}
	return fmt.Sprintf("status %d", r.status)
}

// manner is how an answer was, as part of a sentence.
func (r reply) manner() string {
	switch {
	case errors.As(r.err, new(*certificateError)):
		return "with that certificate"
	case r.err != nil:
		return "by closing the connection"
	}
	return fmt.Sprintf("with status %d", r.status)
}

// maxRedirects is how many redirects within a site are followed.
const maxRedirects = 5

// send puts one visit on its way.
func (h Health) send(ctx context.Context, s Connection, at string, tunnel bool) *request {
	answer := make(chan reply, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, healthEach)
		defer cancel()
		answer <- visit{h, s, at, tunnel}.follow(ctx)
	}()
	return &request{h, at, answer}
}

// A visit is a visitor's way through a site's redirects, at one address of the host.
type visit struct {
	Health
	session Connection
	at      string
	tunnel  bool // through bash on the host, as sshd forwards nothing
}

// follow asks for the first page, and goes on where the site itself leads on to: to https, or to and
// from www.
func (v visit) follow(ctx context.Context) reply {
	u, err := url.Parse(v.url())
	if err != nil {
		return reply{err: err}
	}
	var notes []string
	for range maxRedirects {
		r := v.ask(ctx, u, false)
		if u.Scheme == "https" && (r.nobody || !v.HTTPS && rejected(r.err)) {
			return v.behind(ctx, u, r)
		}
		r.notes = append(notes, r.notes...)
		switch {
		case r.err != nil || r.to == nil:
			return r
		case !v.within(r.to) && r.ofNginx && (r.status == http.StatusMovedPermanently || r.status == http.StatusPermanentRedirect):
			r.err = &awayError{r.status, shown(r.to)}
			return r
		case !v.within(r.to):
			r.notes = append(r.notes, "redirects to "+shown(r.to))
			return r
		case r.to.String() == u.String():
			r.err = fmt.Errorf("%s redirects to itself", u)
			return r
		case r.to.Scheme == u.Scheme && r.to.Host == u.Host:
			return r
		}
		u, notes = r.to, r.notes
	}
	return reply{url: u, err: fmt.Errorf("%s redirects in a circle", v.url())}
}

// An awayError says that nginx sends all visitors to another site, for good, so that this one can't be asked.
type awayError struct {
	status int
	to     string
}

func (e *awayError) Error() string {
	return fmt.Sprintf("nginx answers with %d and leads to %s, no name of the site: the site itself can't be asked", e.status, e.to)
}

// rejected tells whether the other side has ended a handshake: the https of other sites does so where it has no such name.
func rejected(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// behind is for a redirect to https where nothing listens for that on the host, or not for this site: TLS may end on a machine
// in front, which says so in a header.
func (v visit) behind(ctx context.Context, u *url.URL, nobody reply) reply {
	plain := *u
	plain.Scheme = "http"
	r := v.ask(ctx, &plain, true)
	if r.good() && (r.to == nil || r.to.Scheme != "https" || !v.within(r.to)) {
		r.notes = append(r.notes, "redirects to https, which ends before this host")
		return r
	}
	return reply{url: u, err: fmt.Errorf("it redirects to %s: %w", shown(u), nobody.err)}
}

// within tells whether a URL is of the site, as visitors reach it.
func (v visit) within(u *url.URL) bool {
	return (u.Scheme == "http" && (u.Port() == "" || u.Port() == "80") || u.Scheme == "https" && (u.Port() == "" || u.Port() == "443")) &&
		slices.ContainsFunc(append(strings.Fields(v.Aliases), v.Domain, "www."+v.Domain), func(name string) bool { return strings.EqualFold(u.Hostname(), name) })
}

// shown is a URL that a host has named.
func shown(u *url.URL) string {
	s := u.Redacted()
	if len(s) > 200 {
		s = s[:200] + "..."
	}
	return s
}

// answerLimit is how much of an answer is read, in bytes.
const answerLimit = 64 << 10

// ask sends one request and reads the head of the answer. As by a proxy: it says that the visitor came by https.
func (v visit) ask(ctx context.Context, u *url.URL, byProxy bool) reply {
	port := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	r := reply{url: u}
	if r.addr, r.err = netip.ParseAddrPort(net.JoinHostPort(v.at, port)); r.err != nil {
		return r
	}
	raw, err := v.dial(ctx, r.addr.String())
	if err != nil {
		var forward *remote.ForwardError
		r.err, r.nobody = err, errors.As(err, &forward) && !forward.Refused
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			r.err = v.unanswered(ctx, r.addr, err)
		}
		return r
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	var conn io.ReadWriter = raw
	if u.Scheme == "https" {
		if conn, r.notes, r.err = secured(ctx, raw, u.Hostname(), v.AnyCertificate); r.err != nil {
			var seen *certificateError
			if !errors.As(r.err, &seen) {
				r.err = v.unanswered(ctx, r.addr, r.err)
			}
			return r
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		r.err = err
		return r
	}
	request.Close = true
	request.Header.Set("User-Agent", "djship")
	request.Header.Set(server.CheckHeader, "yes")
	if byProxy {
		request.Header.Set("X-Forwarded-Proto", "https")
	}
	if err := request.Write(conn); err != nil {
		r.err = v.unanswered(ctx, r.addr, err)
		return r
	}
	response, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, answerLimit)), request)
	if err != nil {
		r.err = v.unanswered(ctx, r.addr, err)
		r.nobody = v.tunnel && errors.As(r.err, new(*silentError))
		return r
	}
	// The body is not closed, as that would read it to its end: the connection is.
	v.read(&r, response)
	return r
}

// read takes from an answer what there is to know.
func (v visit) read(r *reply, response *http.Response) {
	r.status = response.StatusCode
	marks := response.Header.Values(server.SiteHeader)
	r.ours = len(marks) == 1 && strings.EqualFold(marks[0], v.Domain)
	if to, err := response.Location(); err == nil && r.status >= 300 && r.status <= 399 {
		r.to = to
		if to.Path == "" {
			to.Path = "/"
		}
	}
	switch r.status {
	case http.StatusBadRequest, http.StatusMovedPermanently, http.StatusPermanentRedirect:
		body := make([]byte, 1024)
		n, _ := io.ReadFull(response.Body, body)
		r.ofNginx = strings.Contains(string(body[:n]), "<center>nginx")
	}
}

// A silentError says that a connection was closed before there was an answer.
type silentError struct{ addr netip.AddrPort }

func (e *silentError) Error() string {
	return "the connection to " + e.addr.String() + " was closed without an answer"
}

func (v visit) unanswered(ctx context.Context, addr netip.AddrPort, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("no answer within %v", healthEach)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &silentError{addr}
	}
	return err
}

// dial is the way to an address, seen from the host: over a forwarded channel of the SSH connection, or
// through bash there.
func (v visit) dial(ctx context.Context, addr string) (io.ReadWriteCloser, error) {
	if !v.tunnel {
		return v.session.DialContext(ctx, "tcp", addr)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p, err := v.session.Exec(ctx, remote.Text(`exec timeout 15 bash -c 'exec 3<>/dev/tcp/`+host+"/"+port+` || exit; cat <&3 & cat >&3; wait' 2>/dev/null`))
	if err != nil {
		cancel()
		return nil, err
	}
	return &tunnel{p.Stdout, p.Stdin, sync.OnceFunc(func() {
		cancel()
		_ = p.Stdin.Close()
		go func() { remote.Drain(p.Stdout); _ = p.Wait() }()
	})}, nil
}

type tunnel struct {
	io.Reader
	io.Writer
	end func()
}

func (t *tunnel) Close() error {
	t.end()
	return nil
}
