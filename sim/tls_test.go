package sim

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
	"mailtrek/sim/pki"
	"mailtrek/sim/trace"
)

func serverTLS(t *testing.T) *tls.Config {
	t.Helper()
	cert, err := pki.Issue([]string{"b.example"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

func clientTLS(t *testing.T, name string) *tls.Config {
	t.Helper()
	roots, err := pki.Store{}.Roots("")
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{ServerName: name, RootCAs: roots}
}

// secureEcho is echo inside TLS; after "start" it asks for TLS.
func secureEcho(t *testing.T, cfg *tls.Config, failed *error) func(p *Proc, c *Conn) {
	return func(p *Proc, c *Conn) {
		defer c.Close()
		r := bufio.NewReader(c)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			fmt.Fprintf(c, "%s", strings.ToUpper(line))
			if line != "start\n" {
				continue
			}
			if _, err := c.SecureServer(cfg); err != nil {
				*failed = err
				return
			}
		}
	}
}

func TestTLSBothEnds(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	var failed error
	b.Listen("10.0.0.2:7", Service{Splitter: func() wire.Splitter { return new(lines) }, Serve: secureEcho(t, serverTLS(t), &failed)})
	var got string
	var facts wire.TLSFacts
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, err := p.Dial(netip.Addr{}, port7, time.Minute)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "start\n")
		io.ReadFull(c, make([]byte, 6))
		if facts, err = c.SecureClient(clientTLS(t, "b.example")); err != nil {
			t.Error(err)
			return
		}
		io.WriteString(c, "one\ntwo\n")
		r := bufio.NewReader(c)
		for range 2 {
			line, _ := r.ReadString('\n')
			got += line
		}
	})
	w.Run()
	if got != "ONE\nTWO\n" || failed != nil {
		t.Errorf("got %q, error %v, want both lines back", got, failed)
	}
	if facts.Version != "TLSv1.3" || facts.Signature != "ED25519" || facts.KeyExchange != "X25519" {
		t.Errorf("got %+v, want TLSv1.3 with X25519 and ED25519", facts)
	}
	want := `line "start\n" 0 | line "START\n" 0 | record handshake client_hello | record handshake server_hello | record change_cipher_spec  | ` +
		`record application_data  | record application_data  | record application_data  | record application_data  | ` +
		`record change_cipher_spec  | record application_data  | ` +
		`tls TLSv1.3 TLS_AES_128_GCM_SHA256 | line "one\n" 25 | line "two\n" 0 | line "ONE\n" 21 | line "TWO\n" 21 | record application_data  | close "" 0 | record application_data  | reset "" 0`
	if s := afterAccept(w.Trace); !sameDialogue(s, want) {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	w.Stop()
}

// sameDialogue compares but for the cipher, which crypto/tls chooses by what
// the processor can do.
func sameDialogue(got, want string) bool {
	return strings.ReplaceAll(got, "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256") == want
}

func afterAccept(tr *trace.Trace) string {
	var out []string
	for s := trace.Seq(3); tr.Has(s); s++ {
		e := tr.At(s)
		if e.Kind == trace.Record || e.Kind == trace.TLS {
			out = append(out, fmt.Sprintf("%s %s %s", e.Kind, tr.Name(e.A), tr.Name(e.B)))
			continue
		}
		out = append(out, fmt.Sprintf("%s %q %d", e.Kind, tr.Text(e), e.N))
		if (e.Flags&trace.Sealed != 0) != (s > 5 && e.Kind == trace.Line) {
			out = append(out, "wrongly sealed or not")
		}
	}
	return strings.Join(out, " | ")
}

// runTLS is one world with a TLS dialogue; its trace must be the same each time.
func runTLS(t *testing.T, size int) *trace.Trace {
	w, a, b := twoHosts(t, 5)
	defer w.Stop()
	var failed error
	b.Listen("10.0.0.2:7", Service{Splitter: func() wire.Splitter { return new(lines) }, Serve: secureEcho(t, serverTLS(t), &failed)})
	w.SetLink(a, b, Link{Loss: 0.2})
	w.Go(a, "client", 0, 0, func(p *Proc) {
		c, err := p.Dial(netip.Addr{}, port7, time.Minute)
		if err != nil {
			return
		}
		defer c.Close()
		io.WriteString(c, "start\n")
		io.ReadFull(c, make([]byte, 6))
		if _, err := c.SecureClient(clientTLS(t, "b.example")); err != nil {
			t.Error(err)
			return
		}
		text := strings.Repeat("x", size) + "\n"
		io.WriteString(c, text)
		back, err := bufio.NewReader(c).ReadString('\n')
		if back != strings.ToUpper(text) {
			t.Errorf("%d octets: got %d back, error %v", len(text), len(back), err)
		}
	})
	w.Run()
	return w.Trace
}

func TestTLSRunsAlike(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, size := range []int{10, 16384, 40000, 300000} {
		one, two := runTLS(t, size), runTLS(t, size)
		if one.Hash() != two.Hash() {
			t.Errorf("%d octets: two runs, two hashes", size)
		}
		last := trace.Seq(0)
		for s := trace.Seq(1); one.Has(s); s++ {
			if e := one.At(s); e.Kind == trace.Line && e.Flags&trace.Sealed != 0 {
				last = s
				records := (size + 1 + 16383) / 16384
				if want := uint32(size + 1 + 17*records); e.N != want {
					t.Errorf("%d octets travel in records of %d, want %d", size+1, e.N, want)
				}
			}
		}
		if last == 0 {
			t.Error("no line inside TLS")
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

func TestTLSThatFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		client func(p *Proc, c *Conn) error
		server string // the server's error
	}{
		{"the client speaks no TLS", func(p *Proc, c *Conn) error { _, err := io.WriteString(c, "NOOP is no record\n"); return err }, ErrNoTLS.Error()},
		{"the client leaves", func(p *Proc, c *Conn) error { return nil }, "EOF"},
		{"the client resets", func(p *Proc, c *Conn) error { c.Abort(); return nil }, ErrReset.Error()},
		{"the client does not trust", func(p *Proc, c *Conn) error {
			if _, err := c.SecureClient(clientTLS(t, "other.example")); err == nil {
				return errors.New("it trusts")
			}
			return nil
		}, "remote error: tls: bad certificate"},
		{"nothing comes", func(p *Proc, c *Conn) error { p.Sleep(time.Hour); return nil }, ErrTimeout.Error()},
	} {
		w, a, b := twoHosts(t, 1)
		var failed error
		serve := secureEcho(t, serverTLS(t), &failed)
		b.Listen("10.0.0.2:7", Service{Splitter: func() wire.Splitter { return new(lines) }, Serve: func(p *Proc, conn *Conn) {
			conn.SetTimeout(time.Minute)
			serve(p, conn)
		}})
		w.Go(a, "client", 0, 0, func(p *Proc) {
			conn, err := p.Dial(netip.Addr{}, port7, time.Minute)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			io.WriteString(conn, "start\n")
			io.ReadFull(conn, make([]byte, 6))
			if err := c.client(p, conn); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		})
		w.Run()
		if failed == nil || failed.Error() != c.server {
			t.Errorf("%s: the server says %v, want %q", c.name, failed, c.server)
		}
		w.Stop()
	}
}

func TestTLSOfSomebodyOutside(t *testing.T) {
	w, a, b := twoHosts(t, 1)
	cfg := serverTLS(t)
	var failed error
	b.Listen("10.0.0.2:7", Service{Splitter: func() wire.Splitter { return new(lines) }, Serve: secureEcho(t, cfg, &failed)})
	var got []string
	var x *External
	x = w.Connect(a, netip.Addr{}, port7, 0, func(d Delivery) {
		got = append(got, fmt.Sprintf("%q%v", d.Data, d.StartTLS != nil))
		if d.StartTLS != nil {
			x.Secured(wire.TLSFacts{Version: "TLSv1.2", Cipher: "ECDHE-ECDSA-AES256-GCM-SHA384", Bits: 256})
			x.Conn().Write([]byte("inside\n"))
		}
	})
	w.Run()
	x.Conn().Write([]byte("start\n"))
	w.Run()
	if s := strings.Join(got, " "); s != `""false "START\n"false ""true "INSIDE\n"false` || failed != nil {
		t.Errorf("got %s, error %v", s, failed)
	}
	sealed := 0
	for s := trace.Seq(1); w.Trace.Has(s); s++ {
		if w.Trace.At(s).Flags&trace.Sealed != 0 {
			sealed++
		}
	}
	if sealed != 2 {
		t.Errorf("%d lines are sealed, want 2", sealed)
	}
	w.Stop()
}

func TestTLSNames(t *testing.T) {
	for id, want := range map[uint16]string{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:         "ECDHE-RSA-AES128-GCM-SHA256",
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:       "ECDHE-ECDSA-AES256-GCM-SHA384",
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
		tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA:            "ECDHE-RSA-AES256-SHA",
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256:               "AES128-GCM-SHA256",
	} {
		f := TLSFacts(tls.ConnectionState{Version: tls.VersionTLS12, CipherSuite: id, CurveID: tls.CurveP256}, nil)
		if f.Cipher != want || f.Version != "TLSv1.2" || f.KeyExchange != "ECDHE (P-256)" {
			t.Errorf("got %+v, want cipher %s", f, want)
		}
	}
}
