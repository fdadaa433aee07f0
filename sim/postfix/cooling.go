package postfix

// cooling are the deferred messages that wait for their time, the one that is
// due first in front: a binary heap by time stamp, and among equals by arrival.
// Every message knows its place in it.
type cooling []*Mail

func (c cooling) before(i, j int) bool {
	if a, b := c[i].due, c[j].due; !a.Equal(b) {
		return a.Before(b)
	}
	return c[i].place < c[j].place
}

func (c cooling) swap(i, j int) {
	c[i], c[j] = c[j], c[i]
	c[i].cooling, c[j].cooling = i+1, j+1
}

// add puts a message in; one that is in already finds its place anew.
func (c *cooling) add(m *Mail) {
	c.remove(m)
	*c = append(*c, m)
	m.cooling = len(*c)
	c.up(m.cooling - 1)
}

// remove takes a message out, if it is in.
func (c *cooling) remove(m *Mail) {
	i, last := m.cooling-1, len(*c)-1
	if i < 0 {
		return
	}
	c.swap(i, last)
	(*c)[last] = nil
	*c, m.cooling = (*c)[:last], 0
	if i < last {
		c.down(i)
		c.up(i)
	}
}

func (c cooling) up(i int) {
	for i > 0 && c.before(i, (i-1)/2) {
		c.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (c cooling) down(i int) {
	for {
		least := i
		for _, kid := range [...]int{2*i + 1, 2*i + 2} {
			if kid < len(c) && c.before(kid, least) {
				least = kid
			}
		}
		if least == i {
			return
		}
		c.swap(i, least)
		i = least
	}
}
