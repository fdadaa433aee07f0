package dnswire

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"time"
)

// Cookies (RFC 7873) tell a server that the address of a question is not
// forged, and a client that the answer comes from whom it asked. The server's
// part is computed as RFC 9018 §4 has it, so it needs no memory: version 1,
// three bytes of zero, the time, and SipHash-2-4 over the client's cookie, these
// eight bytes and the client's address.

const clientCookieLen, serverCookieLen = 8, 16

// clientCookie is what a resolver sends to one server always.
func clientCookie(secret [16]byte, server netip.Addr) [clientCookieLen]byte {
	var out [clientCookieLen]byte
	a := server.As16()
	binary.LittleEndian.PutUint64(out[:], sipHash(secret, a[:]))
	return out
}

// serverCookie is the part that the server adds.
func serverCookie(secret [16]byte, client []byte, from netip.Addr, now time.Time) [serverCookieLen]byte {
	var out [serverCookieLen]byte
	out[0] = 1
	binary.BigEndian.PutUint32(out[4:], uint32(now.Unix()))
	in := make([]byte, 0, 32)
	in = append(append(in, client...), out[:8]...)
	if from = from.Unmap(); from.Is4() {
		a := from.As4()
		in = append(in, a[:]...)
	} else {
		a := from.As16()
		in = append(in, a[:]...)
	}
	binary.LittleEndian.PutUint64(out[8:], sipHash(secret, in))
	return out
}

// sipHash is SipHash-2-4 (Aumasson and Bernstein), the keyed hash of RFC 9018.
func sipHash(key [16]byte, msg []byte) uint64 {
	k0, k1 := binary.LittleEndian.Uint64(key[:]), binary.LittleEndian.Uint64(key[8:])
	v0, v1 := k0^0x736f6d6570736575, k1^0x646f72616e646f6d
	v2, v3 := k0^0x6c7967656e657261, k1^0x7465646279746573
	round := func() {
		v0 += v1
		v1 = bits.RotateLeft64(v1, 13) ^ v0
		v0 = bits.RotateLeft64(v0, 32)
		v2 += v3
		v3 = bits.RotateLeft64(v3, 16) ^ v2
		v0 += v3
		v3 = bits.RotateLeft64(v3, 21) ^ v0
		v2 += v1
		v1 = bits.RotateLeft64(v1, 17) ^ v2
		v2 = bits.RotateLeft64(v2, 32)
	}
	last := uint64(len(msg)) << 56
	for len(msg) >= 8 {
		m := binary.LittleEndian.Uint64(msg)
		v3 ^= m
		round()
		round()
		v0 ^= m
		msg = msg[8:]
	}
	for i, c := range msg {
		last |= uint64(c) << (8 * i)
	}
	v3 ^= last
	round()
	round()
	v0 ^= last
	v2 ^= 0xff
	for range 4 {
		round()
	}
	return v0 ^ v1 ^ v2 ^ v3
}
