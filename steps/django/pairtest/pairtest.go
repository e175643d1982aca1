// Package pairtest makes certificates for tests: a root, one that it has signed to sign others, and those of sites.
package pairtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// An Issuer signs certificates.
type Issuer struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// A Pair is a certificate and its key, as PEM.
type Pair struct {
	*x509.Certificate
	Text, Key, Public string
}

// Root is an issuer that nobody has signed but itself.
func Root(t testing.TB) Issuer {
	t.Helper()
	key := newKey(t)
	form := form("root", 10*24*time.Hour)
	form.IsCA, form.BasicConstraintsValid, form.KeyUsage = true, true, x509.KeyUsageCertSign
	return Issuer{sign(t, form, form, key, key), key}
}

// Below is an issuer that this one has signed.
func (i Issuer) Below(t testing.TB, name string) Issuer {
	t.Helper()
	key := newKey(t)
	form := form(name, 10*24*time.Hour)
	form.IsCA, form.BasicConstraintsValid, form.KeyUsage = true, true, x509.KeyUsageCertSign
	return Issuer{sign(t, form, i.Certificate, key, i.key), key}
}

// Pair is the certificate of a site with these names, which is valid for so long; it expired so long ago where that is negative.
func (i Issuer) Pair(t testing.TB, valid time.Duration, names ...string) Pair {
	t.Helper()
	key := newKey(t)
	form := form(names[0], valid)
	form.DNSNames, form.KeyUsage, form.ExtKeyUsage = names, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	form.IssuingCertificateURL = []string{"http://ca.example.com/issuer.der"}
	c := sign(t, form, i.Certificate, key, i.key)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return Pair{c, Text(c), text("PRIVATE KEY", private), text("PUBLIC KEY", c.RawSubjectPublicKeyInfo)}
}

// Text is certificates as PEM, in order.
func Text(all ...*x509.Certificate) string {
	var whole string
	for _, c := range all {
		whole += text("CERTIFICATE", c.Raw)
	}
	return whole
}

func text(kind string, bytes []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func form(name string, valid time.Duration) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-30 * 24 * time.Hour), NotAfter: time.Now().Add(valid)}
}

func sign(t testing.TB, form, issuer *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, form, issuer, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
