package scenario

import (
	"fmt"
	"strings"
	"testing"
)

const front = "---\nid: x\ntitle: X\n---\n"

func TestParts(t *testing.T) {
	d, err := Parse("x.md", front+"Prose\nof two lines.\n\n# One {#one}\n\nTwo\n===\n\n```text\nshown\n```\n\n```mail m {#letter}\nTo: a@b.example\n```\nThe end.\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range d.Parts {
		kind := ""
		if p.Block != nil {
			kind = p.Block.Info() + "=" + p.Block.Text()
		}
		got = append(got, fmt.Sprintf("%d %q %q %q", p.Level, p.ID, p.Markdown, kind))
	}
	want := []string{
		`0 "" "Prose\nof two lines." ""`,
		`1 "one" "# One {#one}" ""`,
		`1 "" "Two" ""`,
		"0 \"\" \"```text\\nshown\\n```\" \"\"",
		`0 "letter" "" "mail m=To: a@b.example\n"`,
		`0 "" "The end." ""`,
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"size", front + strings.Repeat("x", maxDocument), "the document has more than 1048576 octets"},
		{"front matter", "---\n" + strings.Repeat("# x\n", maxFront) + "---\n", "the front matter has more than 8192 octets"},
		{"flow", "---\nid: " + strings.Repeat("[", 3000) + "\n---\n", "the front matter is too complicated"},
		{"blocks", front + strings.Repeat("```do\n```\n", maxBlocks+1), "the document has more than 2000 blocks"},
		{"nesting", front + strings.Repeat("> ", maxNesting+1) + "x\n", tooDeepMessage},
		{"octets", front + "\xff\n", "the document is not UTF-8 text"},
		{"addresses", front + "```hosts\nname  address\na.example  10.0.0.1-900\n```\n", `"10.0.0.1-900" is no range of addresses`},
		{"time", front + "```do\n99999999999d x$ y\n```\n", `"99999999999d" is not a time`},
	} {
		_, err := Load(oneFile(c.text), "fuzz.md", nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			got := fmt.Sprint(err)
			t.Errorf("%s: got %.200s, want %s", c.name, got, c.want)
		}
	}
}

func TestWorldsHaveALimit(t *testing.T) {
	files := manyFiles{}
	for i := range maxWorlds + 1 {
		files[fmt.Sprintf("w%d.md", i)] = fmt.Sprintf("---\nid: w%d\ntitle: X\nworld: w%d\n---\n", i, i+1)
	}
	_, err := Load(files.fs(), "w0.md", nil)
	if err == nil || !strings.Contains(err.Error(), "more than 8 documents stand on each other") {
		t.Errorf("got %v", err)
	}
}

func TestDidYouMean(t *testing.T) {
	for _, c := range [][2]string{{"zoen", `; did you mean "zone"?`}, {"mial", `; did you mean "mail"?`}, {"xyzzy", ""}, {"", ""}} {
		if got := didYouMean(c[0], kindNames()); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
}
