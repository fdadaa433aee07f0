package i18n

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A thing of the field has one name in a language: whoever reads of the "null
// sender" in an explanation must find the same words on the screen. These are
// the other names that have crept in before, with the one to use.
var otherNames = []struct{ lang, other, name string }{
	{"bg", `нулев(ият)? (подател|MX|път)`, "празен подател, празен MX, празен път"},
	{"bg", `локална(та)? част`, "местна част"},
	{"bg", `преференци`, "предпочитание"},
	{"bg", `\bлещ(а|и)`, "изглед"},
	{"bg", `дестинаци|на назначението`, "цел"},
	{"bg", `гнездо`, "сокет"},
	{"bg", `обменник|алиас|криптира`, "пощенски сървър, псевдоним, шифроване"},
	{"bg", `съобщени(е|ето|ята) за неуспех`, "известие за неуспех"},
	{"bg", `мениджър`, "управител на опашката"},
	{"pl", `soczewk`, "widok"},
	{"pl", `opowieś`, "historia"},
	{"pl", `odłożon(a|ej|e|ych) poczt|odkładan|odkładają`, "odroczona poczta, odraczać"},
	{"pl", `null MX:`, "pusty MX"},
	{"pl", `adresat`, "odbiorca"},
	{"pl", `identyfikator\S* kolej`, "numer w kolejce"},
	{"pl", `bez znacznika|zaczyna się znacznikiem`, "etykieta (znacznik is a flag)"},
	{"pl", `dostarcz(an|eni|yć)`, "doręczać"},
}

func TestOneNameForAThing(t *testing.T) {
	for _, o := range otherNames {
		other := regexp.MustCompile("(?i)" + strings.ReplaceAll(o.other, `\b`, `(?:^|[^\p{L}])`))
		catalogue := map[string]map[string]string{"bg": bulgarian, "pl": polish}[o.lang]
		for key, text := range catalogue {
			if m := other.FindString(text); m != "" {
				t.Errorf("%s in %s says %q; the name is: %s", key, o.lang, m, o.name)
			}
		}
		for _, pattern := range []string{"lessons/explain/words/" + o.lang + "/*.md", "lessons/*." + o.lang + ".md", "scenarios/*/*." + o.lang + ".md"} {
			files, err := filepath.Glob("../../../../" + pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: %d files, %v", pattern, len(files), err)
			}
			for _, name := range files {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if at := other.FindIndex(text); at != nil {
					t.Errorf("%s:%d says %q; the name is: %s", name, 1+strings.Count(string(text[:at[0]]), "\n"), text[at[0]:at[1]], o.name)
				}
			}
		}
	}
}
