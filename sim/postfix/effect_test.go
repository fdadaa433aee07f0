package postfix_test

import (
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"mailtrek/scenarios"
	"mailtrek/sim/postfix"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

// effects plays the stories of testdata/effect.
type effects struct {
	files  fstest.MapFS
	seed   maphash.Seed
	played map[string]uint64 // by story and settings
}

func newEffects(t *testing.T) *effects {
	t.Helper()
	e := &effects{files: fstest.MapFS{}, seed: maphash.MakeSeed(), played: map[string]uint64{}}
	entries, err := os.ReadDir("testdata/effect")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range entries {
		e.files[f.Name()] = &fstest.MapFile{Data: []byte(read(t, "testdata/effect/"+f.Name()))}
	}
	return e
}

// play is a hash of what happens in a story with some settings of mx.
func (e *effects) play(t *testing.T, story, settings string) uint64 {
	t.Helper()
	key := story + "\n" + settings
	if h, ok := e.played[key]; ok {
		return h
	}
	name, arg, _ := strings.Cut(story, ":")
	text := strings.ReplaceAll(string(e.files[name+".md"].Data), "ARG", arg) + "\n```main.cf mx\n" + settings + "\n```\n"
	files := fstest.MapFS{"story.md": {Data: []byte(text)}}
	for n, f := range e.files {
		files[n] = f
	}
	s, err := scenario.Load(files, "story.md", scenarios.Resolve)
	if s == nil {
		t.Fatalf("%s with %s: %v", story, settings, err)
	}
	r, err := scenario.Build(s, scenario.Options{})
	if err != nil {
		t.Fatalf("%s with %s: %v", story, settings, err)
	}
	r.Play(0)
	r.Close()
	e.played[key] = e.digest(r.Trace())
	return e.played[key]
}

// digest is what can be seen of a trace.
func (e *effects) digest(w *trace.Trace) uint64 {
	var h maphash.Hash
	h.SetSeed(e.seed)
	for n := range w.Len() {
		v := w.At(trace.Seq(n + 1))
		fmt.Fprintln(&h, v.Time, v.Kind, v.Node, w.Name(v.A), w.Name(v.B), w.Name(v.C), v.N, v.Code, string(w.Text(v)))
	}
	return h.Sum64()
}

// TestParametersHaveEffect plays testdata/effect/parameters.txt: every line must
// make a difference.
func TestParametersHaveEffect(t *testing.T) {
	if testing.Short() {
		t.Skip("several hundred small worlds")
	}
	e := newEffects(t)
	for n, line := range strings.Split(string(e.files["parameters.txt"].Data), "\n") {
		f := strings.Split(line, " | ")
		if line == "" || line[0] == '#' {
			continue
		}
		others := ""
		if len(f) > 2 {
			for o := range strings.SplitSeq(f[2], ";") {
				others += strings.TrimSpace(o) + "\n"
			}
		}
		if e.play(t, f[0], others) == e.play(t, f[0], others+f[1]) {
			t.Errorf("parameters.txt:%d: %s makes no difference in the story %q", n+1, strings.TrimSpace(f[1]), f[0])
		}
	}
}

// unshown are parameters that the daemons read, and whose effect needs what none
// of the stories has.
var unshown = map[string]string{
	"compatibility_level":                   "defaults that depend on it are in another file of the host",
	"default_database_type":                 "the name of the file that postmap builds",
	"lmtp_connection_reuse_count_limit":     "a connection of lmtp(8) that stays open for many messages",
	"lmtp_connection_reuse_time_limit":      "a connection of lmtp(8) that stays open for long",
	"lmtp_skip_5xx_greeting":                "an LMTP server that greets with 5yz",
	"lmtp_tls_CAfile":                       "an LMTP server with TLS",
	"lmtp_tls_CApath":                       "an LMTP server with TLS",
	"lmtp_tls_loglevel":                     "an LMTP server with TLS",
	"mynetworks_style":                      "a main.cf without mynetworks",
	"resolve_dequoted_address":              "an address with quotes that the shell leaves on it",
	"smtp_data_xfer_timeout":                "a message longer than the buffer, for a server that does not take it",
	"smtpd_forbid_bare_newline":             "a client that ends lines in LF: testdata/smtpd has one",
	"smtpd_forbid_bare_newline_exclusions":  "a client that ends lines in LF",
	"smtpd_forbid_bare_newline_reject_code": "a client that ends lines in LF: testdata/smtpd has one",
	"smtpd_forbid_unauth_pipelining":        "a client that talks ahead: testdata/smtpd has one",
	"smtpd_starttls_timeout":                "a client that falls silent in a handshake",
	"smtpd_tls_key_file":                    "a certificate of the host's own making",
	"unknown_address_tempfail_action":       "a name that cannot be looked up for a moment, and a refusal behind it",
	"unknown_helo_hostname_tempfail_action": "a name that cannot be looked up for a moment, and a refusal behind it",
	"unverified_sender_tempfail_action":     "a sender that cannot be probed for a moment, and a refusal behind it",
}

// TestParametersShown: each parameter that is said to be modelled stands in
// testdata/effect/parameters.txt, and no other does. Of the few that are unshown
// the source has the name, or the end of it: "tls_loglevel".
func TestParametersShown(t *testing.T) {
	shown := map[string]bool{}
	for _, line := range strings.Split(read(t, "testdata/effect/parameters.txt"), "\n") {
		if f := strings.Split(line, " | "); len(f) > 1 {
			name, _, _ := strings.Cut(f[1], "=")
			shown[strings.TrimSpace(name)] = true
		}
	}
	var source strings.Builder
	for _, glob := range []string{"*.go", "../scenario/*.go"} {
		files, _ := filepath.Glob(glob)
		for _, f := range files {
			if !strings.HasSuffix(f, "_test.go") {
				source.WriteString(read(t, f))
			}
		}
	}
	for _, p := range postfix.Params() {
		_, other := unshown[p.Name]
		switch {
		case p.Modelled && !shown[p.Name] && !other:
			t.Errorf("%s has a star, and no line in testdata/effect/parameters.txt", p.Name)
		case shown[p.Name] && !p.Modelled:
			t.Errorf("%s has an effect, and no star", p.Name)
		case other && (shown[p.Name] || !p.Modelled):
			t.Errorf("%s is no exception", p.Name)
		case other && !named(source.String(), p.Name):
			t.Errorf("%s has a star, and nothing reads it", p.Name)
		}
	}
}

// named tells whether a source has a parameter's name, or the end of it, as a
// string.
func named(source, name string) bool {
	for ok := true; ok; _, name, ok = strings.Cut(name, "_") {
		if strings.Contains(source, `"`+name+`"`) {
			return true
		}
	}
	return false
}
