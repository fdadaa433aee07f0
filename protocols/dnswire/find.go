package dnswire

import "github.com/miekg/dns"

// foundKind says where a walk from the apex of a zone to a name ended.
type foundKind uint8

const (
	foundNode     foundKind = iota // the name, or the wildcard that stands for it
	foundCut                       // a delegation at or above the name
	foundNothing                   // no such name
	foundExternal                  // the name is not of this zone
)

// found is the result of looking up a name in a zone.
type found struct {
	kind foundKind
	name string // the canonical name of node
	node *node
	wild bool // node is a wildcard: its owner is replaced by the name asked for
}

// find walks from the apex down to name (RFC 1034 §4.3.2 step 3): a delegation
// on the way ends the walk, a missing label looks for the wildcard of the
// closest name that exists (RFC 4592 §3.3.1). For DS the cut itself is still
// ours (RFC 4035 §3.1.4.1).
func (z *Zone) find(name string, typ uint16) found {
	if !within(name, z.origin) {
		return found{kind: foundExternal}
	}
	// The highest cut counts, so every name between is looked at.
	var cut found
	for n := name; n != z.origin && n != ""; n = parent(n) {
		if nd := z.nodes[n]; nd != nil && nd.cut && !(n == name && typ == dns.TypeDS) {
			cut = found{kind: foundCut, name: n, node: nd}
		}
	}
	if cut.node != nil {
		return cut
	}
	if nd := z.nodes[name]; nd != nil {
		return found{kind: foundNode, name: name, node: nd}
	}
	for n := parent(name); n != ""; n = parent(n) {
		nd := z.nodes[n]
		if nd == nil {
			continue
		}
		if !nd.wild {
			break
		}
		w := "*." + n
		if n == "." {
			w = "*."
		}
		return found{kind: foundNode, name: w, node: z.nodes[w], wild: true}
	}
	return found{kind: foundNothing}
}

// glue returns the records of a name of type typ that stand below a cut of the
// zone, where they are no data of the zone but help to reach the servers
// (RFC 1034 §4.2.1).
func (z *Zone) glue(name string, typ uint16) rrset {
	if z.find(name, typ).kind != foundCut {
		return nil
	}
	if n := z.nodes[name]; n != nil {
		return n.set(typ)
	}
	return nil
}

// as returns the set with owner in place of a wildcard.
func (s rrset) as(owner string) rrset {
	out := make(rrset, len(s))
	for i, rr := range s {
		out[i] = dns.Copy(rr)
		out[i].Header().Name = owner
	}
	return out
}
