//go:build linux

package integration

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A front stands before a CA of a test: clients get by it what the CA says, at another time, or other than it would say it.
type front struct {
	server *http.Server
	mu     sync.Mutex
	off    time.Duration // how far its clock is ahead
	orders string        // the error that each order is refused with, as in RFC 8555; "" for none
	behind string        // what stands behind certificates in the place of who has signed them; "" for that
}

// frontOf stands at an address before the CA at another.
func frontOf(t testing.TB, at, behind, certificate, key string) *front {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", at, &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	f := &front{}
	proxy := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), ModifyResponse: f.change,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "https", Host: behind})
			r.Out.Host = r.In.Host
		}}
	f.server = &http.Server{ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused := f.refuses(); refused != "" && r.Method == http.MethodPost && r.URL.Path == "/order-plz" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprintf(w, `{"type":"urn:ietf:params:acme:error:%s","detail":"too many of these: retry after 2 hours","status":429}`, refused)
			return
		}
		proxy.ServeHTTP(w, r)
	})}
	go f.server.Serve(listener)
	return f
}

// change changes what the CA has said.
func (f *front) change(r *http.Response) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Header.Set("Date", time.Now().Add(f.off).UTC().Format(http.TimeFormat))
	if f.behind == "" || !strings.Contains(r.Header.Get("Content-Type"), "pem-certificate-chain") {
		return nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body.Close()
	block, _ := pem.Decode(text)
	if block == nil {
		return errors.New("the CA gives no certificate")
	}
	text = append(pem.EncodeToMemory(block), f.behind...)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	r.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return nil
}

// breakChain has a certificate that has signed none of them stand behind certificates; "" for no such thing.
func (f *front) breakChain(behind string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = behind
}

func (f *front) refuses() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.orders
}

// set has it say other than the CA would.
func (f *front) set(off time.Duration, orders string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off, f.orders = off, orders
}

// suggest has the CA say when a certificate is to be renewed: any text.
func (c *ca) suggest(certificate, text string) {
	c.t.Helper()
	block, _ := pem.Decode([]byte(certificate))
	if block == nil {
		c.t.Fatalf("no certificate: %q", certificate)
	}
	body, err := json.Marshal(map[string]string{"Certificate": string(pem.EncodeToMemory(block)), "ARIResponse": text})
	if err != nil {
		c.t.Fatal(err)
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	r, err := client.Post(c.manage+"/set-renewal-info/", "application/json", bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK {
		c.t.Fatalf("the CA does not know it: %s", r.Status)
	}
}
