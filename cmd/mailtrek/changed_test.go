package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Each document of testdata/changed changes something in the lab. What a client
// hears over a real socket follows, and is not what the lab itself would say.
func TestChangedLab(t *testing.T) {
	files, err := filepath.Glob("testdata/changed/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	var talks []string
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc := filepath.Join(t.TempDir(), ar.Files[0].Name)
		if err := os.WriteFile(doc, ar.Files[0].Data, 0o644); err != nil {
			t.Fatal(err)
		}
		talk := string(ar.Files[1].Data)
		talks = append(talks, talk)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			v := serve(t, doc)
			defer v.stop()
			if diff := cmp.Diff(talk, converse(v, talk)); diff != "" {
				t.Errorf("%s(-want +got)\n%s", ar.Comment, diff)
			}
		})
	}
	v := serve(t, "lab")
	defer v.stop()
	for i, talk := range talks {
		if converse(v, talk) == talk {
			t.Errorf("%s: the lab itself says the same", files[i])
		}
	}
}

// converse says the C: lines of a talk and returns it with what was answered to
// them. A line "@ HOST SERVICE" connects; the simulated address may follow.
func converse(v *served, talk string) string {
	var out strings.Builder
	var conn net.Conn
	var in *bufio.Reader
	for line := range strings.Lines(talk) {
		line = strings.TrimSuffix(line, "\n")
		kind, text, _ := strings.Cut(line, " ")
		switch kind {
		case "@":
			if conn != nil {
				conn.Close()
			}
			addr, err := v.find(text)
			if err == nil {
				conn, err = net.Dial("tcp", addr)
			}
			if err != nil {
				fmt.Fprintf(&out, "@ %v\n", err)
				return out.String()
			}
			conn.SetDeadline(time.Now().Add(3 * time.Second))
			in = bufio.NewReader(conn)
		case "C:":
			fmt.Fprintf(conn, "%s\r\n", text)
		case "S:":
			got, err := in.ReadString('\n')
			line = "S: " + strings.TrimSuffix(got, "\r\n")
			if err != nil {
				line = "S: <" + err.Error() + ">"
			}
		}
		fmt.Fprintln(&out, line)
	}
	if conn != nil {
		conn.Close()
	}
	return out.String()
}
