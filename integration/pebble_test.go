//go:build linux

package integration

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// pebbleModule is Let's Encrypt's CA for tests. It is installed by go's own means when a test first asks for it, so that neither djship nor its
// go.mod knows of it.
const pebbleModule = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.3"

// pebbleProgram is its path.
var pebbleProgram = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	_, version, _ := strings.Cut(pebbleModule, "@")
	bin := filepath.Join(cache, "djship-testbed", "pebble-"+version)
	path := filepath.Join(bin, "pebble")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	install := exec.Command("go", "install", pebbleModule)
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("installing %s: %w\n%s", pebbleModule, err, out)
	}
	return path, nil
})

// A ca is a CA of a test that speaks ACME, and signs for whoever answers at port 80 of what a name server leads to.
type ca struct {
	t         testing.TB
	directory string // its address for clients
	signedBy  string // a file with the certificate that signed its own
	manage    string
	args, env []string
	log       string // the path of what it prints
	running   *exec.Cmd
	*front
	config     map[string]any // of pebble
	configFile string
	frontAt    [2]string // where its front is, and what is behind that
	pair       [2]string // files of certificate and key
}

// A caSpec says how a CA differs from the usual. The zero value is useful.
type caSpec struct {
	life time.Duration // of the certificates that it gives; 0 for 90 days
	eab  bool          // wants accounts bound to "kid-1" with eabKey
	env  []string      // PEBBLE_… variables
	port int           // 14000 where it is 0
}

const eabKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"

// startCA starts a CA where a name server is.
func startCA(t testing.TB, names *nameServer, s caSpec) *ca {
	t.Helper()
	program, err := pebbleProgram()
	if err != nil {
		t.Fatal(err)
	}
	if s.port == 0 {
		s.port = 14000
	}
	if s.life == 0 {
		s.life = 90 * 24 * time.Hour
	}
	dir := t.TempDir()
	at := func(port int) string { return fmt.Sprintf("%s:%d", names.at, port) }
	c := &ca{t: t, directory: "https://" + at(s.port) + "/dir", signedBy: filepath.Join(dir, "ca.pem"), log: filepath.Join(dir, "log"), manage: "https://" + at(s.port+1000),
		configFile: filepath.Join(dir, "config.json"), frontAt: [2]string{at(s.port), at(s.port + 500)}, pair: [2]string{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}}
	if err := certify(dir, names.at); err != nil {
		t.Fatal(err)
	}
	c.config = map[string]any{"listenAddress": at(s.port + 500), "managementListenAddress": at(s.port + 1000),
		"certificate": c.pair[0], "privateKey": c.pair[1], "httpPort": 80, "tlsPort": 443, "keyAlgorithm": "ecdsa",
		"externalAccountBindingRequired": s.eab, "externalAccountMACKeys": map[string]string{"kid-1": eabKey}, "retryAfter": map[string]int{"authz": 1, "order": 1}}
	c.args = []string{program, "-config", c.configFile, "-dnsserver", names.at + ":53"}
	c.env = append(os.Environ(), append([]string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0"}, s.env...)...)
	t.Cleanup(c.stop)
	c.gives(s.life)
	return c
}

// gives has it give certificates of another life, by another start.
func (c *ca) gives(life time.Duration) {
	c.t.Helper()
	c.stop()
	c.config["profiles"] = map[string]any{"default": map[string]any{"description": "usual", "validityPeriod": int(life.Seconds())}}
	text, err := json.Marshal(map[string]any{"pebble": c.config})
	if err == nil {
		err = os.WriteFile(c.configFile, text, 0o600)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.start()
}

// start has it run; it knows nothing of accounts and certificates of before.
func (c *ca) start() {
	c.t.Helper()
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	c.running = exec.Command(c.args[0], c.args[1:]...)
	c.running.Env, c.running.Stdout, c.running.Stderr = c.env, log, log
	c.running.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a killed test leaves none
	if err := c.running.Start(); err != nil {
		c.t.Fatal(err)
	}
	within(c.t, 20*time.Second, func() error { _, err := c.get("/roots/0"); return err })
	c.front = frontOf(c.t, c.frontAt[0], c.frontAt[1], c.pair[0], c.pair[1])
}

// stop ends it.
func (c *ca) stop() {
	if c.front != nil {
		c.server.Close()
	}
	if c.running != nil {
		c.running.Process.Kill()
		c.running.Wait()
		c.running = nil
	}
}

// get asks the side of it that is for tests.
func (c *ca) get(path string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	r, err := client.Get(c.manage + path)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, r.Status)
	}
	return string(text), err
}

// root is the certificate that its clients' visitors trust.
func (c *ca) root() *x509.CertPool {
	c.t.Helper()
	text, err := c.get("/roots/0")
	if err != nil {
		c.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		c.t.Fatal("the CA's root is no certificate")
	}
	return pool
}

// certify writes a certificate for an address, its key, and what signed it.
func certify(dir, address string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	year := func(usage x509.KeyUsage, isCA bool) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "djship test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
			KeyUsage: usage, IsCA: isCA, BasicConstraintsValid: true}
	}
	top := year(x509.KeyUsageCertSign, true)
	topDER, err := x509.CreateCertificate(rand.Reader, top, top, &key.PublicKey, key)
	if err != nil {
		return err
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leaf := year(x509.KeyUsageDigitalSignature, false)
	leaf.Subject.CommonName, leaf.IPAddresses = "djship test CA", []net.IP{net.ParseIP(address)}
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, top, &own.PublicKey, key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{"ca.pem": {Type: "CERTIFICATE", Bytes: topDER}, "cert.pem": {Type: "CERTIFICATE", Bytes: leafDER}, "key.pem": {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}
