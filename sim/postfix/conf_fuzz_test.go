package postfix

import (
	"strings"
	"testing"
)

// FuzzMain reads any text as main.cf: no crash, edits keep what they do not
// name, and what was set is what is read back.
func FuzzMain(f *testing.F) {
	for _, seed := range []string{"a = b\n c\n#x\nd=$a${a?{x}:{y}}\n", "a=${{1}<{2}?{x}}", " x\n=", "a=$(", "$$${a:$b}"} {
		f.Add(seed, "a = z")
	}
	f.Fuzz(func(t *testing.T, text, edit string) {
		main, diags := ParseMain(MainFile, text)
		conf := NewConfig(main, testEnv)
		if len(main.Entries()) < 20 {
			conf.Lint(nil)
		}
		for _, e := range main.Entries() {
			conf.Problem(e.Name)
		}
		out, err := EditMain(text, edit)
		if err != nil || HasFatal(diags) {
			return
		}
		name, value, _ := splitNameValue(edit)
		if strings.HasPrefix(name, "#") {
			return
		}
		again, diags := ParseMain(MainFile, out)
		if e, ok := again.Lookup(name); !HasFatal(diags) && (!ok || e.Value != value) {
			t.Errorf("after editing %q by %q: got %q, want %q", text, edit, e.Value, value)
		}
	})
}

// FuzzMaster reads any text as master.cf: no crash, and what postconf -M
// prints reads back as the same service.
func FuzzMaster(f *testing.F) {
	f.Add("smtp inet n - n - - smtpd\n  -o { a = b c } -v\n")
	f.Add("x unix - - n 1000? 0 spawn user=nobody {a b} -o\n")
	f.Fuzz(func(t *testing.T, text string) {
		master, _ := ParseMaster(MasterFile, text)
		for i := range master.Services {
			s := &master.Services[i]
			s.Endpoint()
			if strings.ContainsAny(text, "{}") {
				continue
			}
			again, _ := ParseMaster(MasterFile, s.String()+"\n")
			if len(again.Services) != 1 || again.Services[0].Command != s.Command || again.Services[0].MaxProc != s.MaxProc {
				t.Errorf("%q does not read back from %q", text, s.String())
			}
		}
	})
}

// FuzzTables reads any text as the sources of tables and asks them.
func FuzzTables(f *testing.F) {
	f.Add("a b\n/x(y)/ $1\nif /z/\n1.2.3.0/24 q\nr: s, \"t\"\n", "xy@z")
	f.Fuzz(func(t *testing.T, text, key string) {
		files := memFiles{"/m": text}
		tables := NewTables(files, nil)
		index, _ := Postmap("/m", text, TableRules{})
		files["/m.db"] = string(index)
		for _, spec := range []string{"hash:/m", "texthash:/m", "regexp:/m", "pcre:/m", "cidr:/m", "inline:{" + text + "}", "unionmap:{" + text + "}"} {
			if table, err := tables.Open(spec); err == nil {
				table.Lookup(key)
			}
			tables.Maps([]string{spec}).FindAddress(key, addressForms{delimiters: "+"})
		}
		want, _, _ := mustOpen(tables, "texthash:/m").Lookup(key)
		got, _, _ := mustOpen(tables, "hash:/m").Lookup(key)
		if want != got && !strings.ContainsAny(text, "\t\r\v\f") && !strings.Contains(want, "\n") {
			t.Errorf("hash says %q, its source %q", got, want)
		}
		ParseTargets(text)
		ParseTargetFile(text)
		Postalias("/m", text, TableRules{})
	})
}

func mustOpen(t *Tables, spec string) Table {
	table, _ := t.Open(spec)
	return table
}
