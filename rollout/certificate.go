package rollout

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// A certificateError says why visitors' browsers refuse a site's certificate.
type certificateError struct{ name, why string }

func (e *certificateError) Error() string {
	return fmt.Sprintf("the certificate of https://%s %s", e.name, e.why)
}

// secured begins TLS on a connection. A certificate that is out of date or of another name is an error;
// one that this machine has no reason to trust is a note: the host's own tests may be meant by it. With anyCertificate all that is wrong is.
func secured(ctx context.Context, raw io.ReadWriteCloser, name string, anyCertificate bool) (io.ReadWriter, []string, error) {
	conn := tls.Client(stream{raw}, &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec // looked at below
	if err := conn.HandshakeContext(ctx); err != nil {
		var alert tls.AlertError
		var header tls.RecordHeaderError
		if errors.As(err, &alert) || errors.As(err, &header) {
			return nil, nil, &certificateError{name, fmt.Sprintf("can't be seen: %v", err)}
		}
		return nil, nil, err
	}
	chain := conn.ConnectionState().PeerCertificates
	leaf := chain[0]
	if why := refusal(leaf, name); why != "" && anyCertificate {
		return conn, []string{"its certificate " + why}, nil
	} else if why != "" {
		return nil, nil, &certificateError{name, why}
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Intermediates: between})
	switch {
	case err == nil:
		return conn, nil, nil
	case leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil:
		return conn, []string{"its certificate is self-signed"}, nil
	}
	return conn, []string{"its certificate is not trusted by this machine"}, nil
}

// refusal is why browsers refuse a certificate, "" where they may not.
func refusal(leaf *x509.Certificate, name string) string {
	switch now := time.Now(); {
	case now.After(leaf.NotAfter):
		return "expired on " + leaf.NotAfter.UTC().Format(time.DateOnly)
	case now.Before(leaf.NotBefore):
		return "is not valid before " + leaf.NotBefore.UTC().Format(time.DateOnly)
	case !isFor(leaf, name):
		return "is of other names: " + names(leaf)
	}
	return ""
}

// isFor tells whether a certificate is of a name. One that has a common name only, as those made by hand
// often have, is of that.
func isFor(leaf *x509.Certificate, name string) bool {
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		return strings.EqualFold(leaf.Subject.CommonName, name)
	}
	return leaf.VerifyHostname(name) == nil
}

// names are those of a certificate, three at most: whoever has made it has written them.
func names(leaf *x509.Certificate) string {
	all := leaf.DNSNames
	if len(all) == 0 {
		all = []string{leaf.Subject.CommonName}
	}
	more := ""
	if len(all) > 3 {
		all, more = all[:3], ", ..."
	}
	return fmt.Sprintf("%.300q", strings.Join(all, ", ")) + more
}

// A stream is a connection without addresses and deadlines, for TLS.
type stream struct{ io.ReadWriteCloser }

func (stream) LocalAddr() net.Addr              { return nil }
func (stream) RemoteAddr() net.Addr             { return nil }
func (stream) SetDeadline(time.Time) error      { return nil }
func (stream) SetReadDeadline(time.Time) error  { return nil }
func (stream) SetWriteDeadline(time.Time) error { return nil }
