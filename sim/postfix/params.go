package postfix

import (
	_ "embed"
	"sort"
	"strings"
)

// Kind is the kind of value that a parameter takes, as postconf(5) gives it.
type Kind uint8

const (
	// KindString is free text: a name, a list, a restriction list.
	KindString Kind = iota
	// KindBool is yes or no.
	KindBool
	// KindInt is a plain number without a unit.
	KindInt
	// KindTime is a number with a unit: s, m, h, d or w. Without one the unit
	// of the parameter's default counts.
	KindTime
)

// String returns the word that the data file uses.
func (k Kind) String() string {
	return [...]string{"str", "bool", "int", "time"}[k]
}

// Param describes one parameter of postconf(5).
type Param struct {
	Name     string
	Default  string // unexpanded, as "postconf -d" prints it
	Kind     Kind
	Modelled bool // whether setting it changes what the simulation does
}

//go:embed postconf-d.txt
var postconfDefaults string

// paramTable is the embedded table; it never changes.
var paramTable = func() map[string]*Param {
	index := make(map[string]*Param, 1000)
	for line := range strings.Lines(postconfDefaults) {
		if p, ok := parseParam(line); ok {
			index[p.Name] = &p
		}
	}
	return index
}()

// paramIndex returns the built-in parameters by name.
func paramIndex() map[string]*Param { return paramTable }

// parseParam reads "* kind name = default".
func parseParam(line string) (Param, bool) {
	if line == "" || line[0] == '#' {
		return Param{}, false
	}
	left, def, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " =")
	fields := strings.Fields(left)
	if !ok || len(fields) != 3 {
		return Param{}, false
	}
	p := Param{Name: fields[2], Default: strings.TrimSpace(def), Modelled: fields[0] == "*"}
	switch fields[1] {
	case "bool":
		p.Kind = KindBool
	case "int":
		p.Kind = KindInt
	case "time":
		p.Kind = KindTime
	}
	return p, true
}

// LookupParam returns the built-in parameter of that name.
func LookupParam(name string) (Param, bool) {
	if p := paramIndex()[name]; p != nil {
		return *p, true
	}
	return Param{}, false
}

// Params returns all built-in parameters in the order of their names.
func Params() []Param {
	index := paramIndex()
	all := make([]Param, 0, len(index))
	for _, p := range index {
		all = append(all, *p)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// serviceSuffixes are the parameters that every delivery transport of
// master.cf has under its own name, each with the default it falls back to
// (postconf(5), "transport_destination_concurrency_limit" and its siblings).
var serviceSuffixes = [...]struct{ suffix, fallback string }{
	{"_delivery_slot_cost", "default_delivery_slot_cost"},
	{"_delivery_slot_discount", "default_delivery_slot_discount"},
	{"_delivery_slot_loan", "default_delivery_slot_loan"},
	{"_destination_concurrency_failed_cohort_limit", "default_destination_concurrency_failed_cohort_limit"},
	{"_destination_concurrency_limit", "default_destination_concurrency_limit"},
	{"_destination_concurrency_negative_feedback", "default_destination_concurrency_negative_feedback"},
	{"_destination_concurrency_positive_feedback", "default_destination_concurrency_positive_feedback"},
	{"_destination_rate_delay", "default_destination_rate_delay"},
	{"_destination_recipient_limit", "default_destination_recipient_limit"},
	{"_extra_recipient_limit", "default_extra_recipient_limit"},
	{"_initial_destination_concurrency", "initial_destination_concurrency"},
	{"_minimum_delivery_slots", "default_minimum_delivery_slots"},
	{"_recipient_limit", "default_recipient_limit"},
	{"_recipient_refill_delay", "default_recipient_refill_delay"},
	{"_recipient_refill_limit", "default_recipient_refill_limit"},
	{"_time_limit", "command_time_limit"},
	{"_transport_rate_delay", "default_transport_rate_delay"},
}

// serviceParam returns the parameter that name stands for when it is a
// service's name with one of serviceSuffixes.
func serviceParam(name string) (service string, fallback *Param, ok bool) {
	for _, s := range serviceSuffixes {
		if service, ok = strings.CutSuffix(name, s.suffix); ok && service != "" {
			return service, paramIndex()[s.fallback], true
		}
	}
	return "", nil, false
}
