package smtp

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailtrek/protocols/wire"
)

func TestZZAsk(t *testing.T) {
	file := os.Getenv("ASK")
	if file == "" {
		t.Skip()
	}
	raw, _ := os.ReadFile(file)
	head := map[string][]string{}
	for _, l := range strings.Split(os.Getenv("HEAD"), ";") {
		k, v, _ := strings.Cut(l, ":")
		head[k] = append(head[k], v)
	}
	d := dialogue{head: head}
	s, _ := d.setup(t)
	show := func(b []byte) {
		for _, l := range strings.SplitAfter(string(b), "\n") {
			if l != "" {
				fmt.Println("S: " + strings.TrimSuffix(l, "\r\n"))
			}
		}
	}
	show(s.Open())
	feed := func(b string) { show(s.Feed([]byte(b), false)) }
	pipe := ""
	piping := false
	for _, l := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		switch {
		case l == "!pipe":
			piping = true
			continue
		case piping && l == "":
			piping = false
			feed(pipe)
			pipe = ""
		case piping:
			pipe += l + "\r\n"
			continue
		case l == "!starttls":
			s.Secured(wire.TLSFacts{})
		case strings.HasPrefix(l, "!wait "):
			n, _ := strconv.ParseFloat(l[6:], 64)
			if d := s.Timeout(); d > 0 && d <= time.Duration(n*1e9) {
				show(s.TimedOut())
			}
		case strings.HasPrefix(l, "!raw "):
			u, _ := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(l[5:], `\0`, `\x00`), `"`, `\"`) + `"`)
			feed(u)
		default:
			feed(l + "\r\n")
		}
		if s.Next() == wire.Close {
			break
		}
	}
	if piping {
		feed(pipe)
	}
	if s.Next() == wire.Close {
		fmt.Println("S: <close>")
	}
}
