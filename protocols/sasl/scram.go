package sasl

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// scramServer is SCRAM-SHA-256 (RFC 5802 with the hash of RFC 7677), without
// channel binding:
//
//	C: n,,n=user,r=clientnonce
//	S: r=clientnonce+servernonce,s=salt,i=iterations
//	C: c=biws,r=clientnonce+servernonce,p=proof
//	S: v=signature
type scramServer struct {
	verifier   Verifier
	nonce      string
	iterations int
	step       int

	user      string
	gs2       string // the client's channel binding header
	firstBare string
	serverMsg string
	salt      []byte
}

func newScramServer(v Verifier, o ServerOptions) Server {
	n := o.Iterations
	if n <= 0 {
		n = 4096 // RFC 7677 §4: at least 4096
	}
	return &scramServer{verifier: v, nonce: o.Nonce, iterations: n}
}

// User returns the name given.
func (s *scramServer) User() string { return s.user }

// Next goes one step through the exchange. After the signature the client
// sends an empty response.
func (s *scramServer) Next(response []byte) ([]byte, bool, error) {
	if s.step == 0 && response == nil {
		return []byte{}, false, nil
	}
	s.step++
	switch s.step {
	case 1:
		return s.first(string(response))
	case 2:
		return s.final(string(response))
	case 3:
		if len(response) == 0 {
			return nil, true, nil
		}
	}
	return nil, false, ErrProtocol
}

func (s *scramServer) first(msg string) ([]byte, bool, error) {
	// RFC 5802 §7: gs2-header = ("n" / "y" / "p=…") "," [authzid] ","
	parts := strings.SplitN(msg, ",", 3)
	if len(parts) != 3 || (parts[0] != "n" && parts[0] != "y") {
		return nil, false, ErrProtocol
	}
	s.gs2 = parts[0] + "," + parts[1] + ","
	s.firstBare = parts[2]
	attrs, ok := scramAttrs(s.firstBare)
	if !ok || attrs['n'] == "" || attrs['r'] == "" || attrs['m'] != "" {
		return nil, false, ErrProtocol
	}
	// RFC 5802 §5.1: "=2C" is a comma, "=3D" an equals sign.
	s.user = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(attrs['n'])
	// The salt only has to differ between users; made of the name it needs
	// no storage, and an unknown user looks like a known one.
	sum := sha256.Sum256([]byte("salt of " + s.user))
	s.salt = sum[:16]
	s.nonce = attrs['r'] + s.nonce
	s.serverMsg = "r=" + s.nonce + ",s=" + base64.StdEncoding.EncodeToString(s.salt) + ",i=" + strconv.Itoa(s.iterations)
	return []byte(s.serverMsg), false, nil
}

func (s *scramServer) final(msg string) ([]byte, bool, error) {
	attrs, ok := scramAttrs(msg)
	if !ok || attrs['r'] != s.nonce || attrs['c'] != base64.StdEncoding.EncodeToString([]byte(s.gs2)) {
		return nil, false, ErrProtocol
	}
	proof, err := base64.StdEncoding.DecodeString(attrs['p'])
	if err != nil || len(proof) != sha256.Size {
		return nil, false, ErrProtocol
	}
	password, known := s.verifier.Password(s.user)
	withoutProof, _, _ := strings.Cut(msg, ",p=")
	want, signature := scramProof(password, s.salt, s.iterations, s.firstBare+","+s.serverMsg+","+withoutProof)
	if !known || !hmac.Equal(proof, want) {
		return nil, false, ErrFailed
	}
	return []byte("v=" + base64.StdEncoding.EncodeToString(signature)), false, nil
}

// scramAttrs splits "a=x,b=y" (RFC 5802 §5.1).
func scramAttrs(msg string) (map[byte]string, bool) {
	attrs := map[byte]string{}
	for _, part := range strings.Split(msg, ",") {
		if len(part) < 2 || part[1] != '=' {
			return nil, false
		}
		attrs[part[0]] = part[2:]
	}
	return attrs, true
}

// scramProof computes the client's proof and the server's signature
// (RFC 5802 §3).
func scramProof(password string, salt []byte, iterations int, authMessage string) (proof, signature []byte) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return nil, nil
	}
	clientKey := hmac256(salted, "Client Key")
	stored := sha256.Sum256(clientKey)
	proof = hmac256(stored[:], authMessage)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	return proof, hmac256(hmac256(salted, "Server Key"), authMessage)
}

func hmac256(key []byte, msg string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(msg))
	return mac.Sum(nil)
}
