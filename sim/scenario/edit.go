package scenario

import (
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"mailtrek/protocols/dnswire"
	"mailtrek/sim/node"
	"mailtrek/sim/trace"
)

// edit replaces a file of a host, as somebody with an editor does. No program
// notices by itself, unless it looks at its files anyway.
func (r *Run) edit(h *node.Host, user, path string, content []byte) error {
	if user == "" || user == "root" {
		user = "#"
	}
	if !strings.HasPrefix(path, "/") {
		return fmt.Errorf("%q is not the full name of a file", path)
	}
	if err := h.Tree.WriteFile(path, content); err != nil {
		return fmt.Errorf("the file cannot be there: %w", err)
	}
	t := r.World.Trace
	r.World.Emit(trace.Event{Kind: trace.Action, Node: h.ID, A: t.Intern(user), B: t.Intern("edit")}, []byte(path))
	return nil
}

// editZone changes records of a zone where it is served, and lets the name
// server read it again.
func (r *Run) editZone(iv Intervention) error {
	domain := strings.ToLower(strings.TrimSuffix(iv.Line, "."))
	if domain == "" {
		domain = "."
	}
	for _, m := range r.machines {
		text, err := m.Tree.ReadFile(node.NamedConf)
		if err != nil || iv.Host != "" && r.machine(iv.Host) != m {
			continue
		}
		conf, _ := dnswire.ParseNamedConf(node.NamedConf, string(text))
		if conf == nil {
			continue
		}
		for _, z := range conf.Zones {
			if z.Type != "primary" || !strings.EqualFold(strings.TrimSuffix(z.Name, "."), strings.TrimSuffix(domain, ".")) {
				continue
			}
			return r.rewriteZone(m, domain, z.File, string(iv.Data))
		}
	}
	return fmt.Errorf("intervention at %v: no name server is primary for %q", r.World.Now(), domain)
}

// rewriteZone makes the changes in a zone file, and reloads the name server.
func (r *Run) rewriteZone(m *machine, domain, file, records string) error {
	old, err := m.Tree.ReadFile(file)
	if err != nil {
		return fmt.Errorf("zone %s: %w", domain, err)
	}
	text, err := EditZone(domain, string(old), records)
	if err != nil {
		return err
	}
	if err := r.edit(m.Host, "", file, []byte(text)); err != nil {
		return err
	}
	const reload = "rndc reload"
	t := r.World.Trace
	seq := r.World.Emit(trace.Event{Kind: trace.Action, Node: m.ID, A: t.Intern("#"), B: t.Intern("command")}, []byte(reload))
	r.Command(m.Host, "", reload, nil, seq)
	return nil
}

// EditZone returns the text of a zone file with other records, and a serial
// number that is one higher. A record replaces the records of its name and
// type; a line "- NAME TYPE" removes them, "- NAME" all of the name. Names
// without a final dot are inside the zone, as in the file.
func EditZone(domain, text, records string) (string, error) {
	var gone [][2]string // name and type
	var add strings.Builder
	for _, l := range strings.Split(records, "\n") {
		if f := strings.Fields(l); len(f) > 1 && len(f) < 4 && f[0] == "-" {
			kind := ""
			if len(f) == 3 {
				kind = strings.ToUpper(f[2])
			}
			gone = append(gone, [2]string{zoneName(f[1], domain), kind})
			l = ""
		}
		add.WriteString(l + "\n")
	}
	cfg := dnswire.ZoneConfig{File: "zone " + domain, Origin: domain}
	z, problems := dnswire.ParseZone(cfg, text)
	if err := zoneError(z, problems); err != nil {
		return "", err
	}
	if strings.TrimSpace(add.String()) != "" {
		cfg.Base = z
		z, problems = dnswire.ParseZone(cfg, add.String())
		if err := zoneError(z, problems); err != nil {
			return "", err
		}
	}
	var out strings.Builder
	for _, rr := range z.Records() {
		h := rr.Header()
		removed := false
		for _, g := range gone {
			removed = removed || dnswire.CanonicalName(h.Name) == g[0] && (g[1] == "" || g[1] == dnswire.TypeName(h.Rrtype)) && h.Rrtype != dns.TypeSOA
		}
		if soa, ok := rr.(*dns.SOA); ok {
			raised := *soa
			raised.Serial++
			rr = &raised
		}
		if !removed {
			out.WriteString(rr.String() + "\n")
		}
	}
	return out.String(), nil
}

// zoneName is a name of a zone file in full, without the final dot.
func zoneName(name, domain string) string {
	switch {
	case name == "@":
		return dnswire.CanonicalName(domain)
	case strings.HasSuffix(name, ".") || domain == ".":
		return dnswire.CanonicalName(name)
	}
	return dnswire.CanonicalName(name + "." + domain)
}

func zoneError(z *dnswire.Zone, problems []dnswire.Problem) error {
	for _, p := range problems {
		if !p.Warning {
			return p
		}
	}
	if z == nil {
		return errors.New("the zone is empty")
	}
	return nil
}
