package scenario

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"mailtrek/sim/trace"
)

// playWith plays the document of names with interventions.
func playWith(t *testing.T, list ...Intervention) (*Run, error) {
	t.Helper()
	s, err := loadFile(t, "run/names.md")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Build(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, r.PlayWith(list, 0)
}

// said are the texts of the events of a kind.
func said(tr *trace.Trace, kind trace.Kind) string {
	var b strings.Builder
	for q := trace.Seq(1); tr.Has(q); q++ {
		if e := tr.At(q); e.Kind == kind {
			b.WriteString(e.At().String() + " " + string(tr.Text(e)) + "\n")
		}
	}
	return b.String()
}

// An edited zone is answered from after the reload, and not before.
func TestZoneIntervention(t *testing.T) {
	r, err := playWith(t,
		Intervention{At: 400 * time.Second, Do: DoCommand, Host: "auth", Line: "dig @127.0.0.1 MX alabala.com +short"},
		Intervention{At: 401 * time.Second, Do: DoZone, Line: "alabala.com.", Data: []byte("alabala.com. MX 77 other\nother A 192.0.2.7\n- www\n")},
		Intervention{At: 402 * time.Second, Do: DoCommand, Host: "auth", Line: "dig @127.0.0.1 MX alabala.com +short"},
	)
	if err != nil {
		t.Fatal(err)
	}
	out := said(r.Trace(), trace.Output)
	if !strings.Contains(out, "77 other.alabala.com.") || !strings.Contains(out, "server reload successful") {
		t.Errorf("got output\n%s", out)
	}
	if acts := said(r.Trace(), trace.Action); !strings.Contains(acts, "6m41s /etc/bind/") || !strings.Contains(acts, "6m41s rndc reload") {
		t.Errorf("got actions\n%s", acts)
	}
}

func TestEditZone(t *testing.T) {
	const zone = "@ 3600 SOA ns hostmaster 7 3600 600 86400 300\n@ NS ns\nns A 10.0.0.1\nwww A 10.0.0.2\nwww TXT \"x\"\nold A 10.0.0.3\n"
	got, err := EditZone("a.example", zone, "www A 10.9.9.9\n- old\n- www TXT\n- @ SOA\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{" 8 3600 600 86400 300", "www.a.example.\t3600\tIN\tA\t10.9.9.9\n", "ns.a.example.\t3600\tIN\tA\t10.0.0.1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%swithout %q", got, want)
		}
	}
	for _, gone := range []string{"old", "TXT", "10.0.0.2"} {
		if strings.Contains(got, gone) {
			t.Errorf("got\n%swith %q", got, gone)
		}
	}
	if _, err := EditZone("a.example", zone, "www A banana\n"); err == nil {
		t.Error("an address that is none is no error")
	}
}

// What cannot take effect says why.
func TestInterventionErrors(t *testing.T) {
	for _, c := range []struct {
		iv   Intervention
		want string
	}{
		{Intervention{Do: DoFault, Line: "auht down"}, `there is no host "auht"; did you mean "auth"?`},
		{Intervention{Do: DoFault, Line: "auth down\nauth up"}, "this is not one fault"},
		{Intervention{Do: DoFault}, "this is not one fault"},
		{Intervention{Do: DoEdit, Host: "auth", Path: "etc/motd"}, "not the full name of a file"},
		{Intervention{Do: DoEdit, Host: "nowhere", Path: "/etc/motd"}, `no host "nowhere"`},
		{Intervention{Do: DoZone, Line: "nowhere.test"}, `no name server is primary for "nowhere.test"`},
		{Intervention{Do: DoCommand, Host: "auth", Line: "date", After: 1 << 30}, "event 1073741824 never happens"},
		{Intervention{Do: "dance"}, `connection 0 is not open`},
	} {
		_, err := playWith(t, c.iv)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c.iv, err, c.want)
		}
	}
}

// What was written is read again, and plays to the same trace.
func TestInterventionsReplay(t *testing.T) {
	list := []Intervention{
		{Do: DoFault, Line: "auth down for 3s", After: 4},
		{Do: DoEdit, Host: "auth", Path: "/etc/motd", Data: []byte("x\n"), After: 4},
		{At: 3 * time.Hour, Do: DoCommand, Host: "auth", User: "root", Line: "cat /etc/motd"},
	}
	var b bytes.Buffer
	if err := WriteInterventions(&b, list); err != nil {
		t.Fatal(err)
	}
	again, err := ReadInterventions(&b)
	if err != nil {
		t.Fatal(err)
	}
	one, err := playWith(t, list...)
	if err != nil {
		t.Fatal(err)
	}
	two, err := playWith(t, again...)
	if err != nil {
		t.Fatal(err)
	}
	if one.Trace().Hash() != two.Trace().Hash() {
		t.Error("the replay differs")
	}
	if got := said(one.Trace(), trace.Fault); !strings.Contains(got, "auth down for 3s\n") || !strings.Contains(got, "the end of: auth down for 3s") {
		t.Errorf("got faults\n%s", got)
	}
	if got := said(one.Trace(), trace.Output); !strings.HasSuffix(got, "3h0m0s x\n\n") {
		t.Errorf("got output\n%s", got)
	}
}
