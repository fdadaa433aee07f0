package postfix

import (
	"fmt"
	"strings"
	"time"

	"mailtrek/protocols/dsn"
)

// bounceTemplates are the texts of notifications, bounce_template_file over
// Postfix's own (bounce(5)). warnings are about templates that are not in order;
// err is why bounce(8) does not begin.
func (s *System) bounceTemplates(file string) (t dsn.Templates, warnings []string, err error) {
	t = dsn.BuiltIn()
	if file == "" {
		return t, nil, nil
	}
	text, err := s.Host.Tree.ReadFile(file)
	if err != nil {
		return t, nil, fmt.Errorf("open %s: No such file or directory", file)
	}
	return t, t.ParseTemplates(file, string(text)), nil
}

// BounceTemplates is "postconf -b" and, unless the names in them are to be
// expanded, "postconf -t": the templates in a file, "" for that of main.cf. What
// is printed to the terminal's error output stands in front.
func (s *System) BounceTemplates(file string, expanded bool) (out string, status int) {
	conf, _, _ := LoadConfig(s.Host.Tree, s.env())
	if file == "" {
		file = conf.Get("bounce_template_file")
	}
	t, warnings, err := s.bounceTemplates(file)
	if err != nil {
		return fmt.Sprintf("postfix/bounce: fatal: %v\n", err), 1
	}
	for _, w := range warnings {
		out += "postfix/bounce: warning: " + w + "\n"
	}
	if !expanded {
		return out + t.String(), 0
	}
	for kind := range dsn.Kind(len(t)) {
		text, err := t.Expand(kind, conf.templateName)
		if err != nil {
			return out + fmt.Sprintf("postfix/bounce: fatal: %s: %v\n", orElse(file, "[built-in]"), err), 1
		}
		if kind > 0 {
			out += "\n"
		}
		out += "expanded_" + kind.Name() + "_text = <<EOF\n" + text + "EOF\n"
	}
	return out, 0
}

// templateUnits are the units in which a time may be said in a template.
var templateUnits = map[string]time.Duration{
	"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
}

// templateName is the value of a name in a template: a parameter, or
// delay_warning_time or maximal_queue_lifetime with a unit behind it.
func (c *Config) templateName(name string) (value string, ok bool) {
	if param, unit, ok := templateTime(name); ok {
		return fmt.Sprint(int64(c.Duration(param) / templateUnits[unit])), true
	}
	_, ok = c.Raw(name)
	return c.Get(name), ok
}

// templateTime takes a name such as delay_warning_time_hours apart.
func templateTime(name string) (param, unit string, ok bool) {
	for _, param := range [...]string{"delay_warning_time", "maximal_queue_lifetime"} {
		if unit, found := strings.CutPrefix(name, param+"_"); found && templateUnits[unit] > 0 {
			return param, unit, true
		}
	}
	return "", "", false
}

// expandTemplate is the template of a kind with the names in its text expanded.
// A time that is not zero and yet comes to no whole unit gives warnings.
func (d *daemon) expandTemplate(t *dsn.Templates, kind dsn.Kind) (dsn.Template, error) {
	file := orElse(d.conf.Get("bounce_template_file"), "[built-in]")
	x := t[kind]
	var err error
	x.Text, err = t.Expand(kind, func(name string) (string, bool) {
		value, ok := d.conf.templateName(name)
		if param, unit, timed := templateTime(name); timed && value == "0" && d.conf.Duration(param) > 0 {
			d.log("warning: %s: zero result in %s template conversion of parameter %q", file, kind.Name(), name)
			d.log("warning: please reduce time unit %q of %q in %s template", unit, name, kind.Name())
			d.log("warning: for instructions see the bounce(5) manual")
		}
		return value, ok
	})
	if err != nil {
		return x, fmt.Errorf("%s: %w", file, err)
	}
	return x, nil
}
