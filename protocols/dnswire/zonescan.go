package dnswire

// token is one word of a zone file.
type token struct {
	text      string // as written, without the quotes
	line, col int
	quoted    bool
}

// entry is one logical line of a zone file: parentheses join lines.
type entry struct {
	tokens []token
	blank  bool // begins with a blank: the owner of the entry before
	line   int
}

// zoneScanner cuts a zone file into entries (RFC 1035 §5.1).
type zoneScanner struct {
	text  string
	pos   int
	line  int
	start int // offset of the current line
	probs *problems
}

// next returns the next entry that has words, false at the end of the text.
func (s *zoneScanner) next() (entry, bool) {
	for s.pos < len(s.text) {
		if e := s.entry(); len(e.tokens) > 0 {
			return e, true
		}
	}
	return entry{}, false
}

func (s *zoneScanner) newline() {
	s.pos++
	s.line++
	s.start = s.pos
}

// entry reads up to the end of a logical line.
func (s *zoneScanner) entry() entry {
	e := entry{line: s.line}
	if c := s.text[s.pos]; c == ' ' || c == '\t' {
		e.blank = true
	}
	depth, open := 0, token{}
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '\n':
			s.newline()
			if depth == 0 {
				return e
			}
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == ';':
			for s.pos < len(s.text) && s.text[s.pos] != '\n' {
				s.pos++
			}
		case c == '(':
			if depth == 0 {
				open = token{line: s.line, col: s.pos - s.start + 1}
			}
			depth++
			s.pos++
		case c == ')':
			if depth--; depth < 0 {
				s.probs.add(s.line, s.pos-s.start+1, false, "unbalanced parentheses: nothing was opened before this ')'")
				depth = 0
			}
			s.pos++
		case c == '"':
			e.tokens = append(e.tokens, s.quoted())
		default:
			e.tokens = append(e.tokens, s.word())
		}
	}
	if depth > 0 {
		s.probs.add(open.line, open.col, false, "unbalanced parentheses: ')' expected before the end of the file")
		return entry{}
	}
	return e
}

// quoted reads a string in quotes, which ends on its line.
func (s *zoneScanner) quoted() token {
	t := token{line: s.line, col: s.pos - s.start + 1, quoted: true}
	s.pos++
	from := s.pos
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case '"':
			t.text = s.text[from:s.pos]
			s.pos++
			return t
		case '\n':
			s.probs.add(t.line, t.col, false, "unbalanced quotes: '\"' expected before the end of the line")
			t.text = s.text[from:s.pos]
			return t
		case '\\':
			s.pos++
			if s.pos < len(s.text) && s.text[s.pos] == '\n' {
				continue
			}
		}
		s.pos++
	}
	s.pos = min(s.pos, len(s.text))
	t.text = s.text[from:s.pos]
	s.probs.add(t.line, t.col, false, "unbalanced quotes: '\"' expected before the end of the file")
	return t
}

// word reads up to the next blank, comment, parenthesis or quote.
func (s *zoneScanner) word() token {
	t := token{line: s.line, col: s.pos - s.start + 1}
	from := s.pos
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n', ';', '(', ')', '"':
			t.text = s.text[from:s.pos]
			return t
		case '\\':
			if s.pos+1 < len(s.text) && s.text[s.pos+1] != '\n' {
				s.pos++
			}
		}
		s.pos++
	}
	t.text = s.text[from:s.pos]
	return t
}
