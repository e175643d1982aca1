package rollout

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/steps/server"
)

// A webHost is a session to a host that has only what listens on its two ports.
type webHost struct {
	*fakeSession
	ports map[string]string // where they really are
}

func (s webHost) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if s.ports[port] == "" {
		return nil, &remote.ForwardError{Addr: addr, Err: errors.New("Connection refused")}
	}
	return new(net.Dialer).DialContext(ctx, network, s.ports[port])
}

// certificate is one for names that ends after so long.
func certificate(t *testing.T, ends time.Duration, common string, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: common}, DNSNames: names,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Now().Add(ends)}
	raw, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// A redirect within the site is followed as a visitor's browser does, and what is behind it counts.
func TestRedirects(t *testing.T) {
	good := certificate(t, time.Hour, "", "example.com", "www.example.com")
	to := func(where string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, where, http.StatusMovedPermanently) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(server.SiteHeader, "example.com")
			w.WriteHeader(code)
		}
	}
	for _, c := range []struct {
		name           string
		plain, secure  http.HandlerFunc
		certificate    tls.Certificate
		status         int
		detail, failed string
	}{
		{"https is well", to("https://example.com/"), status(200), good, 200, "https://example.com/ its certificate is self-signed", ""},
		{"www over https", to("https://www.example.com/"), status(200), good, 200, "https://www.example.com/ its certificate is self-signed", ""},
		{"https is ill", to("https://example.com/"), status(500), good, 500, "https://example.com/ its certificate is self-signed", ""},
		{"a common name only", to("https://example.com/"), status(200), certificate(t, time.Hour, "example.com"), 200, "https://example.com/ its certificate is self-signed", ""},
		{"another name's certificate", to("https://example.com/"), status(200), certificate(t, time.Hour, "", "a.org", "b.org"), 0, "", `the certificate of https://example.com is of other names: "a.org, b.org"`},
		{"without www", to("https://www.example.com/"), status(200), certificate(t, time.Hour, "", "example.com"), 0, "", `the certificate of https://www.example.com is of other names: "example.com"`},
		{"expired", to("https://example.com/"), status(200), certificate(t, -time.Hour, "", "example.com"), 0, "", "the certificate of https://example.com expired on 2"},
		{"to elsewhere", to("https://sso.example.net/in"), nil, good, 301, "http://example.com/ redirects to https://sso.example.net/in", ""},
		{"to elsewhere for good, by nginx itself", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://other.org/")
			w.WriteHeader(http.StatusMovedPermanently)
			_, _ = w.Write([]byte("<html><body><center><h1>301 Moved Permanently</h1></center><hr><center>nginx</center></body></html>"))
		}, nil, good, 301, "", "nginx answers with 301 and leads to https://other.org/, no name of the site"},
		{"to another name of the site", to("https://example.net/"), status(200), certificate(t, time.Hour, "", "example.net"), 200, "https://example.net/ its certificate is self-signed", ""},
		{"to another port", to("https://example.com:8443/"), nil, good, 301, "http://example.com/ redirects to https://example.com:8443/", ""},
		{"to another page of its own", to("/en/"), nil, good, 301, "http://example.com/", ""},
		{"to itself", to("/"), nil, good, 301, "", "http://example.com/ redirects to itself"},
		{"to itself over https", to("https://example.com/"), to("https://example.com/"), good, 301, "", "https://example.com/ redirects to itself"},
		{"round and round", to("https://example.com/"), to("http://example.com/"), good, 0, "", "http://example.com/ redirects in a circle"},
		{"nothing listens", to("https://example.com/"), nil, good, 0, "", "it redirects to https://example.com/: nothing answers at 192.0.2.7:443"},
		{"TLS ends in front", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Forwarded-Proto") == "https" {
				status(200)(w, r)
				return
			}
			to("https://example.com/")(w, r)
		}, nil, good, 200, "http://example.com/ redirects to https, which ends before this host", ""},
		{"TLS ends in front, and other sites of the host have their own", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Forwarded-Proto") == "https" {
				status(200)(w, r)
				return
			}
			to("https://example.com/")(w, r)
		}, status(200), tls.Certificate{}, 200, "http://example.com/ redirects to https, which ends before this host", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			plain := httptest.NewServer(c.plain)
			defer plain.Close()
			s := webHost{&fakeSession{fake: newFake("a")}, map[string]string{"80": plain.Listener.Addr().String()}}
			if c.secure != nil {
				secure := httptest.NewUnstartedServer(c.secure)
				secure.TLS = &tls.Config{Certificates: []tls.Certificate{c.certificate}, MinVersion: tls.VersionTLS12}
				if c.certificate.Certificate == nil {
					secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("no such name") }}
				}
				secure.StartTLS()
				defer secure.Close()
				s.ports["443"] = secure.Listener.Addr().String()
			}
			r := visit{Health{Project: "example", Domain: "example.com", Path: "/", Aliases: "example.net"}, s, "192.0.2.7", false}.follow(t.Context())
			said := ""
			if r.err != nil {
				said = r.err.Error()
			}
			if (c.failed == "") != (r.err == nil) || !strings.Contains(said, c.failed) {
				t.Errorf("got %q, want %q", said, c.failed)
			}
			if detail := strings.Join(append([]string{r.url.String()}, r.notes...), " "); r.err == nil && (r.status != c.status || detail != c.detail) {
				t.Errorf("got %d, %q, want %d, %q", r.status, detail, c.status, c.detail)
			}
		})
	}
}

// Before a turn that brings a certificate, what is wrong with the one of before is but noted.
func TestAnyCertificate(t *testing.T) {
	plain := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusMovedPermanently))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, -time.Hour, "", "example.com")}, MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	defer secure.Close()
	s := webHost{&fakeSession{fake: newFake("a")}, map[string]string{"80": plain.Listener.Addr().String(), "443": secure.Listener.Addr().String()}}
	r := visit{Health{Project: "example", Domain: "example.com", Path: "/", AnyCertificate: true}, s, "192.0.2.7", false}.follow(t.Context())
	if r.err != nil || r.status != 200 || !strings.Contains(strings.Join(r.notes, " "), "its certificate expired on 2") {
		t.Errorf("%v, %d, %q", r.err, r.status, r.notes)
	}
}
