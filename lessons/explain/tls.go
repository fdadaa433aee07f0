package explain

import "mailtrek/sim/trace"

// record explains a TLS record that carries no line of a dialogue: a step of
// the handshake, or the end of TLS.
func (x *teller) record() Explanation {
	pairs := []string{"type", x.a(), "holds", x.b(), "size", x.n()}
	switch kind, holds := x.a(), x.b(); {
	case holds == "client_hello" || holds == "server_hello":
		return x.say("tls."+holds, pairs...)
	case kind == "change_cipher_spec":
		return x.say("tls.change", pairs...)
	case kind == "alert" && holds != "":
		return x.say("tls.alert", pairs...)
	case x.before(x.handshakeOver) != 0:
		return x.say("tls.end", pairs...)
	}
	return x.say("tls.hidden", pairs...)
}

// handshakeOver finds the end of the handshake on the record's connection.
func (x *teller) handshakeOver(e *trace.Event) bool {
	return e.Kind == trace.TLS && e.Conn == x.e.Conn
}

// sealed adds to an explanation what a listener sees of a line that travels
// inside TLS.
func (x *teller) sealed(e Explanation) Explanation {
	if x.e.Flags&trace.Sealed == 0 || x.depth == Novice {
		return e
	}
	key := "tls.sealed"
	if x.e.N == 0 { // in one record with the line before, or of a client from outside
		key = "tls.within"
	}
	e.Text += " " + x.say(key, "size", x.n()).Text
	return e
}
