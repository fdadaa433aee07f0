package smtp

// probe asks the server about the recipients and goes no further: RSET ends
// the transaction (Postfix ADDRESS_VERIFICATION_README). With PIPELINING it goes
// out together with MAIL and RCPT, and QUIT behind it if no other mail follows.
func (c *Client) probe(m *Mail) *Error {
	c.probing = true
	defer func() { c.probing = false }()
	if err := c.push(c.mailCommand(m), asked{StageMail, 0}); err != nil {
		return err
	}
	for i := range m.Recipients {
		// Without PIPELINING the replies to the others come first.
		if err := c.push(c.rcptCommand(&m.Recipients[i]), asked{StageRcpt, i}); err != nil {
			return err
		}
		if c.refused != nil {
			return c.abandon(c.last(m))
		}
	}
	together := c.pipelines()
	last := c.last(m)
	if together {
		c.out = append(c.out, "RSET\r\n"...)
	}
	if together && last {
		c.out = append(c.out, "QUIT\r\n"...)
	}
	if err := c.sync(); err != nil {
		return err
	}
	if !together {
		return c.abandon(last)
	}
	if r, err := c.read(StageRset); err != nil || r.Code/100 != 2 {
		c.done = true // every recipient has its verdict
	}
	c.done = c.done || last
	return nil
}
