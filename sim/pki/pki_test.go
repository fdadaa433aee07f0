package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

var errMissing = errors.New("No such file or directory")

func store(files map[string]string) Store {
	return Store{Names: []string{"mail.alabala.com", "", "alabala.com", "mail.alabala.com"}, Addrs: []netip.Addr{netip.MustParseAddr("10.10.10.10")},
		Read: func(path string) ([]byte, error) {
			if text, ok := files[path]; ok {
				return []byte(text), nil
			}
			return nil, errMissing
		}}
}

func TestSuppliedCertificateIsForTheHost(t *testing.T) {
	c, err := store(nil).Certificate("/etc/ssl/lab.pem", "/etc/ssl/lab.key")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(AuthorityPEM())
	for _, name := range []string{"mail.alabala.com", "alabala.com", "10.10.10.10"} {
		if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); err != nil {
			t.Errorf("%s: %v, want a certificate that the authority's clients trust", name, err)
		}
	}
	if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: "sender.example", Roots: roots}); err == nil {
		t.Error("sender.example: got a match, want an error")
	}
	again, _ := store(nil).Certificate("/etc/ssl/other.pem", "")
	if !bytes.Equal(c.Certificate[0], again.Certificate[0]) {
		t.Error("the same host got two certificates")
	}
}

func TestFilesOfTheTreeCome(t *testing.T) {
	own, err := Issue([]string{"other.example"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}))
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for _, c := range []struct {
		name, cert, key string
		files           map[string]string
		want            string // of the error
	}{
		{"own files", "/etc/ssl/a.pem", "/etc/ssl/a.key", map[string]string{"/etc/ssl/a.pem": cert, "/etc/ssl/a.key": key}, ""},
		{"one file", "/etc/x.pem", "", map[string]string{"/etc/x.pem": cert + key}, ""},
		{"no key", "/etc/ssl/a.pem", "/etc/ssl/a.key", map[string]string{"/etc/ssl/a.pem": cert}, "/etc/ssl/a.key: No such file"},
		{"missing elsewhere", "/etc/postfix/a.pem", "", nil, "/etc/postfix/a.pem: No such file"},
		{"rubbish", "/etc/ssl/a.pem", "", map[string]string{"/etc/ssl/a.pem": "rubbish"}, "/etc/ssl/a.pem: failed to find"},
	} {
		got, err := store(c.files).Certificate(c.cert, c.key)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "" && !bytes.Equal(got.Certificate[0], own.Certificate[0]):
			t.Errorf("%s: got another certificate than the file's", c.name)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
	}
}

func TestRoots(t *testing.T) {
	if _, err := store(nil).Roots("/etc/ssl/certs/ca-certificates.crt"); err != nil {
		t.Errorf("a supplied file: %v", err)
	}
	if _, err := store(nil).Roots("/etc/postfix/ca.pem"); err == nil {
		t.Error("a missing file elsewhere: got no error")
	}
	if _, err := store(map[string]string{"/ca": "x"}).Roots("/ca"); err == nil {
		t.Error("rubbish: got no error")
	}
}

func TestSignatureNames(t *testing.T) {
	c, _ := Issue([]string{"a.example"}, nil)
	if got := Signature(c.Leaf.PublicKey); got != "ED25519" {
		t.Errorf("got %q, want ED25519", got)
	}
	if got := Signature(nil); got != "" {
		t.Errorf("got %q for no key", got)
	}
}
