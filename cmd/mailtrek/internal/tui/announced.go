package tui

import (
	"strconv"
	"strings"

	"mailtrek/protocols/smtp"
	"mailtrek/sim/trace"
)

// announcement is what a server has said about itself: its greeting, and the
// extensions behind EHLO.
type announcement struct {
	greeting string
	keywords []string // with their parameters: "SIZE 10240000"; nil when they were never asked for
	sealed   bool     // inside TLS
	demands  bool     // it wants STARTTLS first
}

func (a *announcement) key() string {
	return a.greeting + "\n" + strings.Join(a.keywords, "\n") + "\n" + strconv.FormatBool(a.sealed) + strconv.FormatBool(a.demands)
}

// offer is what was announced at an address, in clear or inside TLS.
type offer struct {
	addr   string
	sealed bool
}

// announced is what the server of a conversation says about itself, in this or
// in any other conversation of the story: the configuration of a server shows
// nowhere else.
func (s *Story) announced(in *Instant, id trace.ConnID) announcement {
	c := s.T.Conn(id)
	now := in.Snap.Conn(id)
	a := announcement{sealed: now != nil && now.TLS != 0}
	if known := s.offers[offer{c.ServerAddr, a.sealed}]; known != nil {
		a.greeting, a.keywords, a.demands = known.greeting, known.keywords, known.demands
	}
	if a.greeting == "" {
		if known := s.offers[offer{c.ServerAddr, false}]; known != nil {
			a.greeting = known.greeting
		}
	}
	return a
}

// hear reads an event: of the greetings and EHLO replies of the story the first
// ones of each address count.
func (s *Story) hear(e *trace.Event) {
	if e.Kind != trace.Line || e.Side != trace.Server || e.Proto == trace.IMAP || e.Conn == 0 {
		return
	}
	t := s.T
	k := offer{t.Conn(e.Conn).ServerAddr, e.Flags&trace.Sealed != 0}
	verb := t.Name(e.A)
	switch {
	case verb == "" && (e.Code == 220 || e.Proto == trace.POP3) && s.offers[k] == nil:
		s.offers[k] = &announcement{greeting: tail(t.Text(e), 4), sealed: k.sealed}
	case e.Code == 530 && strings.Contains(string(t.Text(e)), "STARTTLS"):
		s.offer(k).demands = true
	case e.Code == 250 && (verb == "EHLO" || verb == "LHLO"):
		a := s.heard[e.Conn]
		if a == nil {
			if a = s.offer(k); a.keywords != nil {
				return
			}
			a.keywords = []string{}
		} else {
			a.keywords = append(a.keywords, tail(t.Text(e), 4))
		}
		s.heard[e.Conn] = a
		if e.Flags&trace.More == 0 {
			delete(s.heard, e.Conn)
		}
	}
}

func (s *Story) offer(k offer) *announcement {
	if s.offers[k] == nil {
		s.offers[k] = &announcement{sealed: k.sealed}
	}
	return s.offers[k]
}

// tail is a line without its first octets and its end.
func tail(line []byte, n int) string {
	text := strings.TrimRight(string(line), "\r\n")
	return text[min(n, len(text)):]
}

// smtp is a configuration that announces the same.
func (a *announcement) smtp(lmtp bool) smtp.Config {
	host, _, _ := strings.Cut(a.greeting, " ")
	cfg := smtp.Default(host)
	cfg.Banner, cfg.LMTP, cfg.ErrorSleep = a.greeting, lmtp, 0
	if a.keywords == nil {
		return cfg
	}
	all := smtp.KeyPipelining | smtp.KeySize | smtp.KeyVRFY | smtp.KeyETRN | smtp.KeyEnhanced | smtp.Key8BitMIME | smtp.KeyDSN | smtp.KeyUTF8 | smtp.KeyChunking
	cfg.DisableVRFY, cfg.UTF8, cfg.SizeLimit = true, false, 0
	for _, k := range a.keywords {
		name, rest, _ := strings.Cut(k, " ")
		all &^= smtp.ParseKeywords(name)
		switch strings.ToUpper(name) {
		case "SIZE":
			cfg.SizeLimit, _ = strconv.ParseInt(rest, 10, 64)
		case "VRFY":
			cfg.DisableVRFY = false
		case "SMTPUTF8":
			cfg.UTF8 = true
		case "STARTTLS":
			cfg.TLS = smtp.TLSMay
		case "AUTH":
			cfg.Auth = acceptAll{strings.Fields(rest)}
		}
	}
	cfg.Discard = all
	if a.demands && !a.sealed {
		cfg.TLS = smtp.TLSEncrypt
	} else if a.sealed {
		cfg.TLS = smtp.TLSMay
	}
	return cfg
}
