package sim

import (
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"mailtrek/protocols/wire"
	"mailtrek/sim/pki"
)

// The programs that are simulated here use OpenSSL, and log its words.

// TLSFacts are the facts of a connection with the names that OpenSSL has for
// them, as Postfix and Dovecot log them. key is the server's public key.
func TLSFacts(s tls.ConnectionState, key crypto.PublicKey) wire.TLSFacts {
	cipher := tls.CipherSuiteName(s.CipherSuite)
	f := wire.TLSFacts{Version: strings.Replace(tls.VersionName(s.Version), "TLS ", "TLSv", 1), Cipher: cipher, Bits: 128}
	if strings.Contains(cipher, "AES_256") || strings.Contains(cipher, "CHACHA20") {
		f.Bits = 256
	}
	if s.Version < tls.VersionTLS13 {
		f.Cipher = opensslCipher(cipher)
	}
	f.KeyExchange = s.CurveID.String()
	if size, ok := strings.CutPrefix(f.KeyExchange, "CurveP"); ok {
		f.KeyExchange = "ECDHE (P-" + size + ")"
	}
	if key != nil {
		f.Signature = pki.Signature(key)
	}
	return f
}

// ServerKey is the public key of a server's configuration; nil if it has none.
func ServerKey(cfg *tls.Config) crypto.PublicKey {
	if len(cfg.Certificates) == 0 {
		return nil
	}
	if key, ok := cfg.Certificates[0].PrivateKey.(crypto.Signer); ok {
		return key.Public()
	}
	return nil
}

// opensslCipher is OpenSSL's name of a cipher suite before TLS 1.3:
// ECDHE-ECDSA-AES128-GCM-SHA256.
func opensslCipher(name string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "TLS_"), "RSA_WITH_")
	name = strings.NewReplacer("_WITH_", "-", "AES_", "AES", "_CBC_", "-", "_", "-").Replace(name)
	return strings.Replace(name, "CHACHA20-POLY1305-SHA256", "CHACHA20-POLY1305", 1)
}

// OpenSSLError is a failed handshake in the words of OpenSSL 3; "" when the
// peer is just gone, of which OpenSSL itself has nothing to say.
func OpenSSLError(err error) string {
	var failed *net.OpError
	switch {
	case errors.Is(err, ErrNoTLS):
		return "error:0A00010B:SSL routines::wrong version number"
	case errors.Is(err, io.EOF), errors.Is(err, ErrReset), errors.Is(err, ErrTimeout), errors.Is(err, ErrClosed):
		return ""
	case errors.As(err, &failed) && failed.Op == "remote error":
		for n := range 256 {
			if words := tls.AlertError(n).Error(); words == failed.Err.Error() {
				return fmt.Sprintf("error:0A%06X:SSL routines::%s", 1000+n, alertWords(uint8(n), words))
			}
		}
	case strings.Contains(err.Error(), "no cipher suite") || strings.Contains(err.Error(), "no mutual"):
		return "error:0A0000C1:SSL routines::no shared cipher"
	case strings.Contains(err.Error(), "unsupported versions"):
		return "error:0A000102:SSL routines::unsupported protocol"
	}
	return "error:0A000126:SSL routines::unexpected eof while reading"
}

// alertWords are OpenSSL's words for an alert that the peer sent: those that
// SSL 3 had already, and those of TLS.
func alertWords(n uint8, words string) string {
	words = strings.TrimPrefix(words, "tls: ")
	switch n {
	case 48:
		words = "unknown ca"
	case 70:
		words = "protocol version"
	}
	family := "tlsv1"
	switch n {
	case 0, 10, 20, 30, 40, 41, 42, 43, 44, 45, 46, 47:
		family = "sslv3"
	}
	return family + " alert " + words
}
