package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// programs are what a host can run.
var programs = []string{"postfix", "dovecot", "named", "smtp821"}

// hostWord is an attribute of a host: a line of a host block, a column of a
// hosts block.
type hostWord struct {
	name, want string
	set        func(*builder, *Host, word)
}

// hostWords is the table of attributes, filled in init because its setters
// report what the table says.
var hostWords []hostWord

func init() {
	hostWords = []hostWord{
		{"address", "IPv4 addresses, such as 10.10.1.10, or 10.10.10.10-19 for ten of them", (*builder).hostAddress},
		{"short", "one short name", (*builder).hostShort},
		{"resolver", "an address, or the name of a host", (*builder).hostResolver},
		{"runs", "some of " + strings.Join(programs, ", ") + ", or nothing", (*builder).hostRuns},
		{"user", "NAME [password WORD] [FULL NAME]", (*builder).hostUser},
		{"outside", "yes or no", yesNo(func(h *Host) *bool { return &h.Outside })},
		{"silent", "yes or no", yesNo(func(h *Host) *bool { return &h.Silent })},
	}
}

func hostWordNames() []string {
	names := make([]string, len(hostWords))
	for i, a := range hostWords {
		names[i] = a.name
	}
	return names
}

// host reads a host block. It may add to a line of a table, or to a host of a
// world.
func (b *builder) host(blk *Block) {
	h := b.declare(blk.args[0], false)
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		key := l.words()[0]
		value := l.after(key)
		name := strings.TrimSuffix(key.text, ":")
		a := hostWordNamed(name)
		switch {
		case a == nil:
			b.src.errorAt(key, oneOf(hostWordNames()), "a host has no %q%s", name, didYouMean(name, hostWordNames()))
		case h != nil && (name == "user" || b.once(key, name+" of "+h.Name)):
			a.set(b, h, value)
		}
	}
}

func hostWordNamed(name string) *hostWord {
	for i := range hostWords {
		if hostWords[i].name == name {
			return &hostWords[i]
		}
	}
	return nil
}

// hosts reads a hosts block: a table whose columns are two or more blanks
// apart, or tabs; its first line names them, "-" leaves a cell empty.
func (b *builder) hosts(blk *Block) {
	var columns []*hostWord // nil is the name
	named := -1
	for _, l := range blk.lines {
		if l.comment() {
			continue
		}
		cells := l.cells()
		if columns == nil {
			for i, c := range cells {
				a := hostWordNamed(c.text)
				if c.text == "name" {
					named = i
				} else if known := append(hostWordNames(), "name"); a == nil {
					b.src.errorAt(c, "columns "+oneOf(known), "a table of hosts has no column %q%s", c.text, didYouMean(c.text, known))
					return
				}
				columns = append(columns, a)
			}
			if named < 0 {
				b.src.errorAt(cells[0], "a first line such as: name  short  address", "the table of hosts has no column name")
				return
			}
			continue
		}
		if len(cells) > len(columns) || len(cells) <= named {
			b.src.errorAt(cells[len(cells)-1], "", "this line has %s, the table %d", count(len(cells), "cell"), len(columns))
			continue
		}
		h := b.declare(cells[named], true)
		for i, c := range cells {
			if h != nil && columns[i] != nil && c.text != "-" && b.once(c, columns[i].name+" of "+h.Name) {
				columns[i].set(b, h, c)
			}
		}
	}
}

// cells cuts a line of a table.
func (l line) cells() []word {
	var out []word
	t := l.text
	for i := 0; i < len(t); {
		if t[i] == ' ' || t[i] == '\t' {
			i++
			continue
		}
		j := i
		for j < len(t) && t[j] != '\t' && !strings.HasPrefix(t[j:], "  ") {
			j++
		}
		c := strings.TrimRight(t[i:j], " ")
		out = append(out, word{text: c, raw: c, off: l.off + i})
		i = j
	}
	return out
}

// declare returns the host of that name, made if there is none yet. A row of a
// table may not be there twice; a host block adds to what is there, under the
// short name too.
func (b *builder) declare(w word, row bool) *Host {
	name := strings.ToLower(strings.TrimSuffix(w.text, "."))
	if why := badHostName(name); why != "" {
		b.src.errorAt(w, "a full name such as mail.alabala.com", "%q %s", w.text, why)
		return nil
	}
	if row && slices.Contains(b.declared, name) {
		b.src.errorAt(w, "", "%s is declared twice", name)
		return nil
	}
	b.declared = append(b.declared, name)
	for _, h := range b.s.Hosts {
		if h.Name == name {
			return h
		}
	}
	if !row && !strings.Contains(name, ".") {
		if h, ambiguous := findHost(b.s.Hosts, name); h != nil && !ambiguous {
			return h
		}
	}
	if len(b.s.Hosts) >= maxHosts {
		b.src.errorAt(w, "", "there are more than %d hosts", maxHosts)
		return nil
	}
	h := &Host{Name: name}
	b.s.Hosts = append(b.s.Hosts, h)
	b.places[h] = place{b.src, w}
	return h
}

// badHostName says why a name cannot be one of a host (RFC 1123 §2.1), or "".
func badHostName(name string) string {
	if name == "" || len(name) > 253 {
		return "is not the length of a host name"
	}
	for _, label := range strings.Split(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return "has an empty, too long or badly hyphenated part"
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return fmt.Sprintf("has the character %q, which no host name has", c)
			}
		}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "is an address, not a name"
	}
	return ""
}

// maxAddresses of one host.
const maxAddresses = 256

func (b *builder) hostAddress(h *Host, w word) {
	h.Addresses = nil
	for _, item := range w.list() {
		first, last, isRange := strings.Cut(item.text, "-")
		a, err := netip.ParseAddr(first)
		if err != nil || !a.Is4() {
			b.src.errorAt(item, hostWordNamed("address").want, "%q is no IPv4 address", item.text)
			continue
		}
		to := int(a.As4()[3])
		if isRange {
			n, err := strconv.Atoi(last)
			if err != nil || n < to || n > 255 {
				b.src.errorAt(item, hostWordNamed("address").want, "%q is no range of addresses", item.text)
				continue
			}
			to = n
		}
		for ; int(a.As4()[3]) <= to && len(h.Addresses) < maxAddresses; a = a.Next() {
			h.Addresses = append(h.Addresses, a)
			if a.As4()[3] == 255 {
				break
			}
		}
	}
	if len(h.Addresses) == 0 && len(w.list()) == 0 {
		b.src.errorAt(w, hostWordNamed("address").want, "%s has no address", h.Name)
	}
}

func (b *builder) hostShort(h *Host, w word) {
	if why := badHostName(strings.ToLower(w.text)); why != "" || strings.Contains(w.text, ".") {
		b.src.errorAt(w, hostWordNamed("short").want, "%q is no short name", w.text)
		return
	}
	h.Short = strings.ToLower(w.text)
}

// hostResolver is looked up when all hosts are known.
func (b *builder) hostResolver(h *Host, w word) { b.resolvers[h] = place{b.src, w} }

func (b *builder) hostRuns(h *Host, w word) {
	h.Runs = []string{}
	for _, item := range (line{text: strings.ReplaceAll(w.raw, ",", " "), off: w.off}).words() {
		switch {
		case item.text == "nothing":
		case !slices.Contains(programs, item.text):
			b.src.errorAt(item, hostWordNamed("runs").want, "%q is no program of a host%s", item.text, didYouMean(item.text, programs))
		case !slices.Contains(h.Runs, item.text):
			h.Runs = append(h.Runs, item.text)
		}
	}
}

func (b *builder) hostUser(h *Host, w word) {
	l := line{text: w.raw, off: w.off}
	words := l.words()
	if len(words) == 0 || !validUser(words[0].text) {
		b.src.errorAt(w, hostWordNamed("user").want, "a user needs a name of small letters and digits")
		return
	}
	u := User{Name: words[0].text}
	full := words[1:]
	if len(full) > 0 && full[0].text == "password" {
		if len(full) < 2 {
			b.src.errorAt(full[0], hostWordNamed("user").want, "the password is missing")
			return
		}
		u.Password, full = full[1].text, full[2:]
	}
	for i, f := range full {
		if i > 0 {
			u.FullName += " "
		}
		u.FullName += f.text
	}
	if strings.ContainsAny(u.FullName+u.Password, ":") {
		b.src.errorAt(w, "a name and a password without colon", "a colon ends a field of /etc/passwd")
		return
	}
	h.Users = slices.DeleteFunc(h.Users, func(old User) bool { return old.Name == u.Name })
	h.Users = append(h.Users, u)
}

// validUser tells whether a name can be that of a local user (useradd(8)).
func validUser(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '.') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// yesNo returns the setter of an attribute that is there or not.
func yesNo(field func(*Host) *bool) func(*builder, *Host, word) {
	return func(b *builder, h *Host, w word) {
		switch w.text {
		case "", "yes", "true":
			*field(h) = true
		case "no", "false":
			*field(h) = false
		default:
			b.src.errorAt(w, "yes or no", "%q is neither yes nor no", w.text)
		}
	}
}
