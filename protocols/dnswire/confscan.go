package dnswire

import "strings"

// confStmt is one statement of named.conf: words, an optional block, a semicolon.
type confStmt struct {
	words []token
	body  []confStmt
	block bool
}

func (s confStmt) word(i int) string {
	if i < len(s.words) {
		return s.words[i].text
	}
	return ""
}

// confScanner reads the grammar that all of named.conf shares (BIND 9 manual,
// "Configuration file grammar"): words, quoted strings, { } and ;, and three
// kinds of comments.
type confScanner struct {
	text  string
	pos   int
	line  int
	start int
	probs *problems
	depth int
}

// maxConfDepth limits blocks within blocks.
const maxConfDepth = 16

func (s *confScanner) col() int { return s.pos - s.start + 1 }

// space skips blanks and comments: // and # to the end of the line, /* */.
func (s *confScanner) space() {
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		switch c := rest[0]; {
		case c == '\n':
			s.pos++
			s.line++
			s.start = s.pos
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == '#' || strings.HasPrefix(rest, "//"):
			if i := strings.IndexByte(rest, '\n'); i >= 0 {
				s.pos += i
			} else {
				s.pos = len(s.text)
			}
		case strings.HasPrefix(rest, "/*"):
			i := strings.Index(rest, "*/")
			if i < 0 {
				s.probs.add(s.line, s.col(), false, "unterminated comment: '*/' expected")
				s.pos = len(s.text)
				return
			}
			for end := s.pos + i + 2; s.pos < end; s.pos++ {
				if s.text[s.pos] == '\n' {
					s.line++
					s.start = s.pos + 1
				}
			}
		default:
			return
		}
	}
}

// stmts reads statements up to the end of the text or of the block.
func (s *confScanner) stmts() []confStmt {
	var out []confStmt
	for {
		s.space()
		if s.pos >= len(s.text) {
			if s.depth > 0 {
				s.probs.add(s.line, s.col(), false, "unexpected end of file: '}' expected")
			}
			return out
		}
		switch s.text[s.pos] {
		case '}':
			if s.depth > 0 {
				return out
			}
			s.probs.add(s.line, s.col(), false, "'}' without '{'")
			s.pos++
			continue
		case ';':
			s.pos++
			continue
		}
		out = append(out, s.stmt())
	}
}

// stmt reads one statement.
func (s *confScanner) stmt() confStmt {
	var st confStmt
	for {
		s.space()
		if s.pos >= len(s.text) {
			s.probs.add(s.line, s.col(), false, "missing ';' at end of file")
			return st
		}
		switch s.text[s.pos] {
		case ';':
			s.pos++
			return st
		case '}':
			s.probs.add(s.line, s.col(), false, "missing ';' before '}'")
			return st
		case '{':
			if st.block || s.depth >= maxConfDepth {
				s.probs.add(s.line, s.col(), false, "unexpected '{'")
				s.pos = len(s.text)
				return st
			}
			st.block = true
			s.pos++
			s.depth++
			st.body = s.stmts()
			s.depth--
			if s.pos < len(s.text) {
				s.pos++ // the '}'
			}
		default:
			if st.block {
				s.probs.add(s.line, s.col(), false, "missing ';' after '}'")
				return st
			}
			st.words = append(st.words, s.word())
		}
	}
}

// word reads a word or a quoted string.
func (s *confScanner) word() token {
	t := token{line: s.line, col: s.col()}
	if s.text[s.pos] == '"' {
		t.quoted = true
		rest := s.text[s.pos+1:]
		i := strings.IndexAny(rest, "\"\n")
		if i < 0 || rest[i] == '\n' {
			s.probs.add(t.line, t.col, false, "unbalanced quotes: '\"' expected")
			if i < 0 {
				i = len(rest)
			}
			t.text = rest[:i]
			s.pos += 1 + i
			return t
		}
		t.text = rest[:i]
		s.pos += i + 2
		return t
	}
	from := s.pos
	for s.pos < len(s.text) && !strings.ContainsRune(" \t\r\n;{}\"", rune(s.text[s.pos])) {
		s.pos++
	}
	t.text = s.text[from:s.pos]
	return t
}
