package scenario

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// loadFile loads testdata/NAME from its folder.
func loadFile(t *testing.T, name string) (*Scenario, error) {
	t.Helper()
	return Load(os.DirFS(filepath.Join("testdata", filepath.Dir(name))), filepath.Base(name), nil)
}

// golden compares got with the golden file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, d)
	}
}

// Every broken document has its complete error output beside it.
func TestBrokenDocuments(t *testing.T) {
	docs, _ := filepath.Glob("testdata/bad/*.md")
	if len(docs) == 0 {
		t.Fatal("no documents")
	}
	for _, doc := range docs {
		t.Run(filepath.Base(doc), func(t *testing.T) {
			_, err := loadFile(t, strings.TrimPrefix(doc, "testdata/"))
			if err == nil {
				t.Fatal("got no error")
			}
			golden(t, strings.TrimSuffix(doc, ".md")+".err", err.Error()+"\n")
		})
	}
}

// Every good document has beside it what it comes to.
func TestGoodDocuments(t *testing.T) {
	docs, _ := filepath.Glob("testdata/good/*.md")
	if len(docs) == 0 {
		t.Fatal("no documents")
	}
	for _, doc := range docs {
		if strings.Count(filepath.Base(doc), ".") > 1 {
			continue // a translation
		}
		t.Run(filepath.Base(doc), func(t *testing.T) {
			s, err := loadFile(t, strings.TrimPrefix(doc, "testdata/"))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(doc, ".md")+".txt", describe(s))
		})
	}
}

func TestErrorsAreInTheOrderOfTheFile(t *testing.T) {
	_, err := loadFile(t, "bad/many.md")
	problems, ok := err.(Errors)
	if !ok {
		t.Fatalf("got %T, want Errors", err)
	}
	for i := 1; i < len(problems); i++ {
		if problems[i].Line < problems[i-1].Line {
			t.Errorf("line %d comes behind line %d", problems[i].Line, problems[i-1].Line)
		}
	}
}

func TestWorldFromElsewhere(t *testing.T) {
	resolve := func(id string) (fs.FS, string, error) {
		if id != "base" {
			return nil, "", fs.ErrNotExist
		}
		return os.DirFS("testdata/good"), "base.md", nil
	}
	s, err := Load(os.DirFS("testdata/elsewhere"), "over.md", resolve)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Host("mx").Addresses[0].String(), "10.1.0.99"; got != want {
		t.Errorf("address of mx: got %s, want %s", got, want)
	}
	if _, err := Load(os.DirFS("testdata/elsewhere"), "over.md", nil); err == nil || !strings.Contains(err.Error(), `the world "base" cannot be found`) {
		t.Errorf("without resolve: got %v", err)
	}
}

func TestTranslation(t *testing.T) {
	s, err := loadFile(t, "good/over.md")
	if err != nil {
		t.Fatal(err)
	}
	bg := s.Text("bg")
	if got, want := bg.Title, "Вторият сървър"; got != want {
		t.Errorf("title: got %q, want %q", got, want)
	}
	found := false
	for _, p := range bg.Parts {
		if p.Block != nil && p.ID == "story" {
			found = len(p.Block.lines) > 0
		}
	}
	if !found {
		t.Error("the translation does not show the block of the document")
	}
	if got, want := s.Text("pl").Lang, "en"; got != want {
		t.Errorf("language without translation: got %q, want %q", got, want)
	}
}

func FuzzParse(f *testing.F) {
	docs, _ := filepath.Glob("testdata/*/*.md")
	for _, d := range docs {
		text, err := os.ReadFile(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Load(oneFile(text), "fuzz.md", nil)
		if err == nil {
			return
		}
		problems, ok := err.(Errors)
		if !ok {
			t.Fatalf("got an error of type %T: %v", err, err)
		}
		for _, p := range problems {
			if strings.ContainsAny(p.String(), "\x1b\x00\r") {
				t.Errorf("a control character is in %q", p.String())
			}
		}
	})
}

func TestGlance(t *testing.T) {
	h, err := Glance(os.DirFS("testdata/good"), "over.md", nil, "bg")
	want := Headline{ID: "over", Title: "Вторият сървър", World: "base", Story: true}
	reading := h.Reading
	if h.Reading = ""; err != nil || h != want {
		t.Errorf("got %+v, %v; want %+v", h, err, want)
	}
	for _, has := range []string{"```\n", "sendmail -t < first"} {
		if !strings.Contains(reading, has) {
			t.Errorf("the document to read has no %q:\n%s", has, reading)
		}
	}
	if strings.Contains(reading, "*expect") {
		t.Errorf("what is expected stands before it happens:\n%s", reading)
	}
	if _, err := Glance(os.DirFS("testdata/bad"), "nofront.md", nil, "en"); err == nil {
		t.Error("got no error for a document without front matter")
	}
}
