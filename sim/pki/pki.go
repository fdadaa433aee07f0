// Package pki is the certification authority of the simulated internet, and
// the way in which its servers come to a certificate (RFC 5280).
//
// A server that offers TLS names two files: a certificate that says to whom a
// key belongs, signed by somebody whom the clients trust, and that key. On a
// real host they come from a certification authority. Here a document may put
// its own files into a host's tree; what is named under /etc/ssl and lies in no
// tree is supplied by the authority of this package, for the names of the host.
//
// The authority is for tests alone. Its key is made of a constant that stands
// in this file, so everybody can sign with it: trust it nowhere else. All keys
// are Ed25519 (RFC 8410), whose signatures have one length and no chance in
// them, so that a handshake is of the same size in each run.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// validity of all certificates: the simulated clock may show any year in which
// there was electronic mail.
var (
	notBefore = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC)
)

// keyOf makes the key that belongs to a name.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("mailtrek test certification authority(), no secret: " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// serialOf makes a serial number of always 16 octets (RFC 5280 §4.1.2.2: at
// most 20, positive).
func serialOf(name string) *big.Int {
	sum := sha256.Sum256([]byte("serial " + name))
	sum[0] = sum[0]&0x3f | 0x40
	return new(big.Int).SetBytes(sum[:16])
}

// authorityName is the common name of the authority.
const authorityName = "mailtrek test CA (trust it nowhere else)"

var authority = sync.OnceValue(makeAuthority)

func makeAuthority() *x509.Certificate {
	key := keyOf(authorityName)
	template := &x509.Certificate{
		SerialNumber: serialOf(authorityName), Subject: pkix.Name{CommonName: authorityName},
		NotBefore: notBefore, NotAfter: notAfter, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(noChance{}, template, template, key.Public(), key)
	if err != nil {
		panic("pki: the authority() cannot sign: " + err.Error()) // all of it is constant
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic("pki: the authority() cannot read what it signed: " + err.Error())
	}
	return cert
}

// noChance stands where an API wants randomness that Ed25519 has no use for.
type noChance struct{}

func (noChance) Read(b []byte) (int, error) { clear(b); return len(b), nil }

var _ io.Reader = noChance{}

// Authority is the certificate of the authority.
func Authority() *x509.Certificate { return authority() }

// AuthorityPEM is the certificate of the authority as a client's list of
// trusted authorities has it (smtp_tls_CAfile).
func AuthorityPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority().Raw})
}

// Issue makes the certificate of a server with these names and addresses; the
// first name is its common name. The same names have the same certificate.
func Issue(names []string, addrs []netip.Addr) (tls.Certificate, error) {
	if len(names) == 0 {
		return tls.Certificate{}, errors.New("pki: a certificate needs a name")
	}
	var id strings.Builder
	for _, n := range names {
		id.WriteString(n + " ")
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: names[0]},
		NotBefore: notBefore, NotAfter: notAfter, BasicConstraintsValid: true, DNSNames: names,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, a := range addrs {
		id.WriteString(a.String() + " ")
		template.IPAddresses = append(template.IPAddresses, a.AsSlice())
	}
	template.SerialNumber = serialOf(id.String())
	key := keyOf(id.String())
	der, err := x509.CreateCertificate(noChance{}, template, authority(), key.Public(), keyOf(authorityName))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("pki: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der, authority().Raw}, PrivateKey: key, Leaf: leaf}, err
}

// Supplied tells whether the authority stands in for a file that is missing:
// those below /etc/ssl.
func Supplied(path string) bool { return strings.HasPrefix(path, "/etc/ssl/") }

// Store is where a server's program looks for its files.
type Store struct {
	// Read reads a file of the host.
	Read func(path string) ([]byte, error)
	// Names and Addrs are those of the host, for a certificate that is supplied.
	Names []string
	Addrs []netip.Addr
}

// Certificate loads what a configuration names. The error names the file that
// is to blame.
func (s Store) Certificate(certFile, keyFile string) (tls.Certificate, error) {
	if keyFile == "" {
		keyFile = certFile
	}
	cert, err := s.Read(certFile)
	if err != nil {
		if Supplied(certFile) {
			return Issue(compact(s.Names), s.Addrs)
		}
		return tls.Certificate{}, fmt.Errorf("%s: %w", certFile, err)
	}
	key, err := s.Read(keyFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", keyFile, err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %s", certFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	return pair, nil
}

// Roots are the authorities that a client trusts: those in a file, or the one
// of this package where no file is named or the file is one that is supplied.
func (s Store) Roots(caFile string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	text, err := []byte(nil), error(nil)
	if caFile != "" {
		text, err = s.Read(caFile)
	}
	switch {
	case caFile == "" || err != nil && Supplied(caFile):
		pool.AddCert(authority())
	case err != nil:
		return nil, fmt.Errorf("%s: %w", caFile, err)
	case !pool.AppendCertsFromPEM(text):
		return nil, fmt.Errorf("%s: no certificate in it", caFile)
	}
	return pool, nil
}

// compact drops names that are empty or come again.
func compact(names []string) []string {
	var out []string
	for _, n := range names {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// Signature names the kind of a key's signatures as Postfix's
// "server-signature" does.
func Signature(key crypto.PublicKey) string {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return "ED25519"
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ECDSA (%s) server-digest SHA256", k.Curve.Params().Name)
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA-PSS (%d bits) server-digest SHA256", k.N.BitLen())
	}
	return ""
}
