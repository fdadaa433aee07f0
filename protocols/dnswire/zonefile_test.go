package dnswire

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what came out into the documents of testdata")

// TestZoneFiles plays documents: a zone file "zone ORIGIN" (or "zone ORIGIN
// primary=HOST"), an optional "base ORIGIN" below it, what is wrong with it
// ("problems") and the records that it says ("records").
func TestZoneFiles(t *testing.T) {
	runDocs(t, "testdata/zones/*.txt", func(ar *txtar.Archive) {
		var base *Zone
		for i, f := range ar.Files {
			w := strings.Fields(f.Name)
			cfg := ZoneConfig{File: "zone"}
			if len(w) > 1 {
				cfg.Origin = w[1]
			}
			switch w[0] {
			case "base":
				base, _ = ParseZone(cfg, string(f.Data))
			case "zone":
				for _, o := range w[2:] {
					if p, ok := strings.CutPrefix(o, "primary="); ok {
						cfg.Primary = p
					}
				}
				cfg.Base = base
				z, probs := ParseZone(cfg, string(f.Data))
				fill(ar, i+1, "problems", problemText(probs))
				fill(ar, i+2, "records", "")
				if z != nil {
					fill(ar, i+2, "records", strings.ReplaceAll(z.Text(), "\t", " "))
					again, ps := ParseZone(ZoneConfig{Origin: cfg.Origin}, z.Text())
					if again == nil || again.Text() != z.Text() {
						t.Errorf("%s: the text of the zone does not parse to the same zone: %v", f.Name, ps)
					}
				}
			}
		}
	})
}

// TestNamedConf plays documents: a named.conf, its problems and the same
// configuration as we write it.
func TestNamedConf(t *testing.T) {
	runDocs(t, "testdata/conf/*.txt", func(ar *txtar.Archive) {
		files := map[string]string{}
		for _, f := range ar.Files {
			files[f.Name] = string(f.Data)
		}
		read := func(name string) (string, error) {
			if text, ok := files[strings.TrimPrefix(name, "/etc/bind/")]; ok {
				return text, nil
			}
			return "", os.ErrNotExist
		}
		conf, probs := ReadNamedConf("/etc/bind/named.conf", read)
		fill(ar, len(ar.Files)-2, "problems", problemText(probs))
		text := ""
		if conf != nil {
			text = conf.Text()
			again, ps := ParseNamedConf("again", text)
			if again == nil || again.Text() != text || len(ps) > 0 {
				t.Errorf("our own text is not understood: %v", ps)
			}
		}
		fill(ar, len(ar.Files)-1, "conf", text)
	})
}

func problemText(ps []Problem) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Error() + "\n")
	}
	return b.String()
}

// fill puts a result into the document's file i, which must have the name.
func fill(ar *txtar.Archive, i int, name, text string) {
	if i >= len(ar.Files) || ar.Files[i].Name != name {
		ar.Comment = append(ar.Comment, ("\nthe document must have a file " + name + " here\n")...)
		return
	}
	ar.Files[i].Data = []byte(text)
}

// runDocs lets play fill in the results of each document and compares.
func runDocs(t *testing.T, pattern string, play func(*txtar.Archive)) {
	t.Helper()
	docs, _ := filepath.Glob(pattern)
	if len(docs) == 0 {
		t.Fatalf("no documents %s", pattern)
	}
	for _, doc := range docs {
		t.Run(filepath.Base(doc), func(t *testing.T) {
			want, err := os.ReadFile(doc)
			if err != nil {
				t.Fatal(err)
			}
			ar := txtar.Parse(want)
			play(ar)
			got := txtar.Format(ar)
			if *update {
				if err := os.WriteFile(doc, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if string(got) != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestHints checks that a hint file needs no SOA and may name anything.
func TestHints(t *testing.T) {
	z, probs := ParseZone(ZoneConfig{Origin: ".", Hints: true}, ". 3600000 NS a.root.example.\na.root.example. 3600000 A 10.10.0.1\n")
	if z == nil || len(z.Lookup("a.root.example", dns.TypeA)) != 1 {
		t.Fatalf("got %v %v, want the address of the root server", z, probs)
	}
}

// TestZoneLimits checks that a zone file beyond the limits is refused clearly.
func TestZoneLimits(t *testing.T) {
	_, probs := ParseZone(ZoneConfig{File: "z", Origin: "x.example"}, strings.Repeat("a A 1.2.3.4\n", MaxZoneText/12+1))
	if len(probs) != 1 || !strings.Contains(probs[0].Msg, "at most") {
		t.Errorf("got %v, want one problem that names the limit", probs)
	}
}

// TestManyMistakes checks that a file full of mistakes gives a short list soon.
func TestManyMistakes(t *testing.T) {
	_, probs := ParseNamedConf("n", "options {"+strings.Repeat("recursoin;", MaxConfText/10-10)+"};")
	if len(probs) != MaxProblems {
		t.Errorf("%d problems, want %d", len(probs), MaxProblems)
	}
	_, probs = ParseZone(ZoneConfig{Origin: "x.test"}, strings.Repeat("a MXX 5 b\n", MaxZoneText/10))
	if len(probs) != MaxProblems {
		t.Errorf("%d problems, want %d", len(probs), MaxProblems)
	}
}
