package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/scenario"
)

func newConnect(a *app) *cobra.Command {
	var name, as string
	var raw bool
	c := &cobra.Command{
		Use:   "connect HOST:PORT -s SCENARIO",
		Short: "talk to a simulated listener, as netcat would",
		Long: `Standard input and output are the wire. Piped input is sent line by line: after
each line virtual time runs until the world is quiet, and what came is printed.
On a terminal virtual time follows real time. Lines end in CRLF on the wire,
however they end in the input; --raw sends the input as it is.`,
		Args: oneArg("HOST:PORT", "mail.alabala.com:25 -s alabala"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if name == "" {
				return usagef("mailtrek connect: in which scenario? Say -s SCENARIO")
			}
			return a.connect(cmd.Context(), args[0], name, as, raw)
		},
	}
	f := c.Flags()
	f.StringVarP(&name, "scenario", "s", "", "the `SCENARIO` in which the host stands")
	f.StringVar(&as, "as", "", "the `HOST` from which to connect (default: the one marked outside)")
	f.BoolVar(&raw, "raw", false, "send the input octet by octet as it is")
	return c
}

// quiet is how long nothing must happen for the world to count as quiet. It is
// longer than a server delays a reply, and shorter than it waits for a command.
const quiet = 30 * time.Second

// caller is the near end of a connection into the simulated network.
type caller struct {
	run     *scenario.Run
	outside *scenario.Outside
	out     io.Writer
	err     error // why the connection is over; io.EOF after an orderly end
	raw     bool
}

func (a *app) connect(ctx context.Context, target, name, as string, raw bool) error {
	s, err := a.load(name)
	if err != nil {
		return err
	}
	from, err := guest(s, as)
	if err != nil {
		return err
	}
	to, err := simAddress(s, target)
	if err != nil {
		return err
	}
	r, err := scenario.Build(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxEvents, Live: true})
	if err != nil {
		return err
	}
	defer r.Close()
	r.World.RunUntil(bootTime)
	c := &caller{run: r, outside: scenario.NewOutside(r), out: a.out, raw: raw}
	c.outside.Sink = c.hear
	if err := c.outside.Apply(scenario.Intervention{Do: scenario.DoOpen, Conn: 1, Host: from, To: to}); err != nil {
		return err
	}
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(f.Fd()) {
		c.live(ctx, a.in)
	} else {
		c.piped(a.in)
	}
	if c.err != nil && !errors.Is(c.err, io.EOF) {
		return fmt.Errorf("connect to %s: %w", wire.Visible(target), c.err)
	}
	return nil
}

// simAddress is the address that "mail.alabala.com:25" means.
func simAddress(s *scenario.Scenario, target string) (netip.AddrPort, error) {
	name, port, err := net.SplitHostPort(target)
	if err != nil {
		return netip.AddrPort{}, usagef("%s: HOST:PORT is expected, for example mail.alabala.com:25", wire.Visible(target))
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return netip.AddrPort{}, usagef("%s: %q is no port", wire.Visible(target), wire.Visible(port))
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return netip.AddrPortFrom(ip, uint16(n)), nil
	}
	h := s.Host(name)
	if h == nil || len(h.Addresses) == 0 {
		return netip.AddrPort{}, usagef("the scenario has no host %q%s", wire.Visible(name), nearHost(s, name))
	}
	return netip.AddrPortFrom(h.Addresses[0], uint16(n)), nil
}

func nearHost(s *scenario.Scenario, name string) string {
	var names []string
	for _, h := range s.Hosts {
		names = append(names, h.Name)
	}
	if near := wire.Nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// hear takes what the server sends.
func (c *caller) hear(_ int, d sim.Delivery) {
	switch {
	case d.Err != nil:
		c.err = d.Err
	case d.EOF:
		c.err = io.EOF
	case len(d.Data) > 0:
		c.out.Write(d.Data)
	}
}

// settle lets virtual time run until the world is quiet.
func (c *caller) settle() {
	w := c.run.World
	for {
		next, ok := w.Next()
		if !ok || next > w.Now()+quiet {
			return
		}
		w.RunUntil(next)
	}
}

// say sends a line.
func (c *caller) say(line string) {
	if !c.raw {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r") + "\r\n"
	}
	c.outside.Apply(scenario.Intervention{At: c.run.World.Now(), Do: scenario.DoBytes, Conn: 1, Data: []byte(line)})
}

// hangUp closes the near end.
func (c *caller) hangUp() {
	if c.err == nil {
		c.outside.Apply(scenario.Intervention{At: c.run.World.Now(), Do: scenario.DoClose, Conn: 1})
	}
}

// piped sends line by line, each when the world is quiet.
func (c *caller) piped(in io.Reader) {
	c.settle()
	r := bufio.NewReader(in)
	for c.err == nil {
		line, err := r.ReadString('\n')
		if line != "" {
			c.say(line)
			c.settle()
		}
		if err != nil {
			break
		}
	}
	c.hangUp()
	c.settle()
}

// live lets virtual time follow real time while a person types.
func (c *caller) live(ctx context.Context, in io.Reader) {
	typed, done := make(chan string), make(chan struct{})
	defer close(done)
	go func() {
		defer close(typed)
		r := bufio.NewReader(in)
		for {
			line, err := r.ReadString('\n')
			if line != "" {
				select {
				case typed <- line:
				case <-done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	w := c.run.World
	began, offset := time.Now(), w.Now()
	for c.err == nil {
		w.RunUntil(offset + time.Since(began))
		wait := time.Hour
		if next, ok := w.Next(); ok {
			wait = next - offset - time.Since(began)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(wait, 0)):
		case line, ok := <-typed:
			w.RunUntil(offset + time.Since(began))
			if !ok {
				c.hangUp()
				c.settle()
				return
			}
			c.say(line)
		}
	}
}
