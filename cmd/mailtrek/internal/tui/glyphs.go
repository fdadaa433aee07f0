package tui

// Glyphs are the marks that lines and arrows are drawn with.
type Glyphs struct {
	H, V, Left, Right, Start, End                   string // rule, lifeline, arrow heads, where an arrow leaves its lifeline
	Cursor, Dot, Cross, Played, Ahead               string
	Bang, Sep, Up, Below, Down, Break               string
	Sealed, Letter, Bookmark, Loop, Corner, Unequal string
	ASCII                                           bool
}

var unicodeGlyphs = Glyphs{
	H: "─", V: "│", Left: "◀", Right: "▶", Start: "├", End: "┤",
	Cursor: "▶", Dot: "●", Cross: "✗", Played: "━", Ahead: "─",
	Bang: "!", Sep: "·", Up: "▲", Below: "▼", Down: "↓", Break: "◆", Sealed: "▪", Letter: "▣", Bookmark: "◇", Loop: "↺", Corner: "└", Unequal: "≠",
}

var asciiGlyphs = Glyphs{
	H: "-", V: "|", Left: "<", Right: ">", Start: "+", End: "+",
	Cursor: ">", Dot: "o", Cross: "x", Played: "=", Ahead: "-",
	Bang: "!", Sep: "|", Up: "^", Below: "v", Down: "v", Break: "#", Sealed: "#", Letter: "@", Bookmark: "*", Loop: "~", Corner: "`", Unequal: "/=", ASCII: true,
}
