package imap

// threads returns how an algorithm of THREAD builds threads (RFC 5256 §3), nil
// if there is none of this name.
func (s *Session) threads(name string) func([]int) []*knot {
	switch upper(name) {
	case "ORDEREDSUBJECT":
		return s.threadSubjects
	case "REFERENCES":
		return func(list []int) []*knot { return s.threadReferences(list, true) }
	case "REFS":
		return func(list []int) []*knot { return s.threadReferences(list, false) }
	}
	return nil
}

// inThread is the key INTHREAD: all messages of the threads in which one fits.
func (p *searchParser) inThread() key {
	name, ok := p.parameter("INTHREAD")
	if !ok {
		return p.fail("Missing argument")
	}
	build := p.s.threads(name)
	if build == nil {
		return p.fail("Unknown thread algorithm")
	}
	if len(p.args) == 0 {
		return p.fail("Missing argument")
	}
	fits := p.one()
	v := p.s.view
	var found map[uint32]bool
	var version, count = uint64(0), -1
	return func(i int) bool {
		if version != v.box.version || count != len(v.list) {
			version, count = v.box.version, len(v.list)
			found = v.threadsWith(build, fits)
		}
		return found[v.list[i].m.uid]
	}
}

// threadsWith are the UIDs of all messages of the threads in which one fits.
func (v *view) threadsWith(build func([]int) []*knot, fits key) map[uint32]bool {
	all := make([]int, 0, len(v.list))
	for i := range v.list {
		all = append(all, i)
	}
	found := map[uint32]bool{}
	for _, root := range build(all) {
		members := root.members(nil)
		for _, i := range members {
			if fits(i) {
				for _, k := range members {
					found[v.list[k].m.uid] = true
				}
				break
			}
		}
	}
	return found
}

// members appends the messages of a thread.
func (k *knot) members(list []int) []int {
	if k.i >= 0 {
		list = append(list, k.i)
	}
	for _, a := range k.answers {
		list = a.members(list)
	}
	return list
}
