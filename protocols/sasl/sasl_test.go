package sasl

import (
	"encoding/base64"
	"strings"
	"testing"
)

// users is a Verifier of names and passwords in clear.
type users map[string]string

func (u users) Plain(identity, user, password string) error {
	if p, ok := u[user]; ok && p == password && (identity == "" || identity == user) {
		return nil
	}
	return ErrFailed
}

func (u users) Password(user string) (string, bool) {
	p, ok := u[user]
	return p, ok
}

var known = users{"tim": "tanstaaftanstaaf", "user": "pencil"}

func TestExchanges(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		for _, try := range []struct {
			user, password string
			ok             bool
		}{
			{"tim", "tanstaaftanstaaf", true},
			{"tim", "wrong", false},
			{"nobody", "", false},
		} {
			c := NewClient(mechanism, try.user, try.password)
			s := NewServer(strings.ToLower(mechanism), known, ServerOptions{Hostname: "mail.example", Nonce: "17.1"})
			done, err := exchange(t, c, s)
			if done != try.ok || (err == nil) != try.ok {
				t.Errorf("%s as %s/%s: got done %v, error %v; want success %v", mechanism, try.user, try.password, done, err, try.ok)
			}
			if s.User() != try.user {
				t.Errorf("%s: User() = %q, want %q", mechanism, s.User(), try.user)
			}
		}
	}
}

func exchange(t *testing.T, c Client, s Server) (bool, error) {
	t.Helper()
	_, response, err := c.Start()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		challenge, done, err := s.Next(response)
		if done || err != nil {
			return done, err
		}
		if response, err = c.Next(challenge); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("no end after five steps")
	return false, nil
}

// The example of RFC 2195 §2.
func TestCramExample(t *testing.T) {
	const challenge = "<1896.697170952@postoffice.reston.mci.net>"
	got, err := NewClient("CRAM-MD5", "tim", "tanstaaftanstaaf").Next([]byte(challenge))
	if want := "tim b913a602c7eda7a495b4e6e7334d3890"; err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// The example of RFC 7677 §3, with its salt put in the place of ours.
func TestScramExample(t *testing.T) {
	salt, _ := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
	proof, signature := scramProof("pencil", salt, 4096,
		"n=user,r=rOprNGfwEbeRWgbNEkqO,r="+nonce+",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r="+nonce)
	if got, want := base64.StdEncoding.EncodeToString(proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="; got != want {
		t.Errorf("proof %s, want %s", got, want)
	}
	if got, want := base64.StdEncoding.EncodeToString(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestScramServer(t *testing.T) {
	for _, password := range []string{"pencil", "crayon"} {
		s := NewServer("SCRAM-SHA-256", known, ServerOptions{Nonce: "server"})
		challenge, _, err := s.Next([]byte("n,,n=user,r=client"))
		if err != nil {
			t.Fatal(err)
		}
		attrs, _ := scramAttrs(string(challenge))
		salt, _ := base64.StdEncoding.DecodeString(attrs['s'])
		final := "c=biws,r=clientserver"
		proof, _ := scramProof(password, salt, 4096, "n=user,r=client,"+string(challenge)+","+final)
		challenge, _, err = s.Next([]byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)))
		if password != "pencil" {
			if err != ErrFailed {
				t.Errorf("wrong password: got error %v, want %v", err, ErrFailed)
			}
			continue
		}
		if err != nil || !strings.HasPrefix(string(challenge), "v=") {
			t.Fatalf("got %q, %v; want a signature", challenge, err)
		}
		if _, done, err := s.Next(nil); !done || err != nil {
			t.Errorf("after the signature: done %v, error %v; want success", done, err)
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, c := range []struct{ mechanism, response string }{
		{"PLAIN", "helena"}, {"PLAIN", "\x00\x00"}, {"CRAM-MD5", "early"},
		{"SCRAM-SHA-256", "n"}, {"SCRAM-SHA-256", "p=x,,n=u,r=1"}, {"SCRAM-SHA-256", "n,,r=1"}, {"SCRAM-SHA-256", ",,,"},
	} {
		if _, done, err := NewServer(c.mechanism, known, ServerOptions{}).Next([]byte(c.response)); done || err == nil {
			t.Errorf("%s %q: got done %v, error %v; want an error", c.mechanism, c.response, done, err)
		}
	}
	if NewServer("NTLM", known, ServerOptions{}) != nil {
		t.Error("an unknown mechanism has a server")
	}
	if got := Choose([]string{"SCRAM-SHA-256", "CRAM-MD5", "PLAIN"}, []string{"plain", "LOGIN"}); got != "PLAIN" {
		t.Errorf("Choose = %q, want PLAIN", got)
	}
}
