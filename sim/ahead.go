package sim

// Ahead returns up to n of the bytes that have arrived and were not read, for
// a server that looks whether its client talks out of turn. The bytes of a TLS
// session are not known before they are read.
func (c *Conn) Ahead(n int) []byte {
	var ahead []byte
	if c.tls != nil {
		return nil
	}
	for _, s := range c.in {
		if ahead = append(ahead, s.data...); len(ahead) >= n {
			return ahead[:n]
		}
	}
	return ahead
}
