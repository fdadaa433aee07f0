package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mailtrek/cmd/mailtrek/internal/tui"
	"mailtrek/protocols/wire"
	"mailtrek/sim"
	"mailtrek/sim/scenario"
	"mailtrek/sim/trace"
)

func newServe(a *app) *cobra.Command {
	o := &serveOptions{}
	c := &cobra.Command{
		Use:   "serve SCENARIO",
		Short: "let real programs connect to the simulated hosts",
		Long: `Every listener of every simulated host becomes a real listener on a loopback
address: 10.b.c.d port p is served at 127.b.c.d port 10000+p. Each is announced
as one line of JSON; {"ready":true} follows when all accept. The hosts are as
the scenario describes them; what its people would do is left to you. Ctrl-C
ends it.`,
		Args: oneArg("a scenario", "alabala"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.ports != "" && o.ports != "free" {
				return usagef("--ports %s: only 'free' is possible", o.ports)
			}
			if o.speed <= 0 {
				return usagef("--speed %v: a number above 0 is expected", o.speed)
			}
			return a.serve(cmd.Context(), args[0], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.as, "as", "", "the `HOST` that clients from elsewhere count as (default: the one marked outside)")
	f.BoolVar(&o.screen, "tui", false, "show on the screen what happens, while it happens")
	f.StringVar(&o.ports, "ports", "", "'free' takes free ports instead of 10000+p")
	f.Float64Var(&o.speed, "speed", 1, "virtual seconds for each real one")
	f.StringVar(&o.trace, "trace", "", "write the trace to this `FILE` (JSONL) in the end")
	f.StringVar(&o.record, "record", "", "write what the clients did to this `FILE`, for 'run --replay'")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "tell of each connection")
	f.BoolVar(&o.force, "force", false, "overwrite files")
	return c
}

type serveOptions struct {
	as, ports, trace, record string
	speed                    float64
	verbose, force, screen   bool
}

func (a *app) serve(ctx context.Context, name string, o *serveOptions) error {
	s, err := a.load(name)
	if err != nil {
		return err
	}
	if o.screen {
		if err := a.needsTerminal("mailtrek serve " + name); err != nil {
			return err
		}
	}
	for _, file := range []string{o.trace, o.record} {
		if err := mayWrite(file, o.force); err != nil {
			return err
		}
	}
	r, err := scenario.Build(s, scenario.Options{Seed: a.seedOverride(), MaxEvents: maxStreamed, Live: true})
	if err != nil {
		return err
	}
	defer r.Close()
	v, err := newServer(a, s, r, o)
	if err != nil {
		return err
	}
	if err := v.record(); err != nil {
		return err
	}
	if err := v.listen(); err != nil {
		v.stop()
		return v.save(err)
	}
	fmt.Fprintln(a.out, `{"ready":true}`)
	v.began = time.Now()
	if o.screen {
		if err := v.watched(ctx); err != nil && v.failed == nil {
			v.failed = err
		}
	} else {
		v.loop(ctx)
	}
	v.note(scenario.Intervention{At: r.World.Now(), Do: scenario.DoEnd})
	v.stop()
	return v.save(v.failed)
}

// server runs a world in real time. Its loop alone touches the world; the
// goroutines of the sockets put requests into its inbox.
type server struct {
	app     *app
	opts    *serveOptions
	run     *scenario.Run
	outside *scenario.Outside
	guest   string // the host that clients from elsewhere count as
	inbox   chan func()
	done    chan struct{}               // closed when the loop has ended
	asked   map[int]func(answer []byte) // datagrams that wait for an answer
	began   time.Time
	offset  time.Duration // virtual time when the real clock began to count
	conns   map[int]*liveConn
	next    int
	sockets []socket
	failed  error
	served  []tui.Served // what has been announced

	traceFile, logFile *newFile // nil where nothing is to be written
	trace              *trace.Writer
}

func newServer(a *app, s *scenario.Scenario, r *scenario.Run, o *serveOptions) (*server, error) {
	v := &server{app: a, opts: o, run: r, outside: scenario.NewOutside(r), inbox: make(chan func(), 1024), done: make(chan struct{}),
		asked: map[int]func([]byte){}, conns: map[int]*liveConn{}}
	v.outside.Sink = v.deliver
	var err error
	if v.guest, err = guest(s, o.as); err != nil {
		return nil, err
	}
	r.World.RunUntil(bootTime)
	v.offset = r.World.Now()
	return v, nil
}

// guest is the host that somebody from outside counts as: the one named, the
// one marked outside, or the first with a mail program.
func guest(s *scenario.Scenario, as string) (string, error) {
	if as != "" {
		h := s.Host(as)
		if h == nil {
			return "", usagef("--as %s: the scenario has no such host%s", wire.Visible(as), nearHost(s, as))
		}
		return h.Name, nil
	}
	for _, h := range s.Hosts {
		if h.Outside {
			return h.Name, nil
		}
	}
	if len(s.Accounts) > 0 {
		return s.Accounts[0].Host, nil
	}
	return "", usagef("no host of this scenario is marked 'outside'; say with --as HOST which one you are")
}

// bootTime is the virtual time that hosts have to come to rest after boot.
const bootTime = time.Second

// now is the virtual time that belongs to the real time.
func (v *server) now() time.Duration {
	return v.offset + time.Duration(float64(time.Since(v.began))*v.opts.speed)
}

// turn lets the world go on to the present instant, and returns how long there
// is nothing more for it to do.
func (v *server) turn() (wait time.Duration) {
	v.run.World.RunUntil(v.now())
	v.reapAll()
	if next, ok := v.run.World.Next(); ok {
		return max(time.Duration(float64(next-v.now())/v.opts.speed), 0)
	}
	return time.Hour
}

// watched is loop with a screen that shows what happens: the world then belongs
// to the screen's loop, until the screen is left.
func (v *server) watched(ctx context.Context) error {
	o, err := v.app.screenOptions()
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	waits := make(chan time.Duration, 1)
	live := tui.NewLive(v.run.Trace(), o)
	live.Serves(v.served)
	return tui.RunLive(ctx, live, v.app.in, v.app.out, func(post func(func())) {
		go func() {
			timer := time.NewTimer(0)
			defer timer.Stop()
			for {
				f := func() {}
				select {
				case <-ctx.Done():
					return
				case <-timer.C:
				case f = <-v.inbox:
				}
				post(func() {
					f()
					waits <- v.turn()
				})
				select {
				case <-ctx.Done():
					return
				case wait := <-waits:
					timer.Reset(wait)
				}
			}
		}()
	})
}

// loop lets the world follow the real clock until the context ends.
func (v *server) loop(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(v.turn())
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case f := <-v.inbox:
			f()
			for more := true; more; {
				select {
				case f := <-v.inbox:
					f()
				default:
					more = false
				}
			}
		}
	}
}

// intervene applies something that a client did, at the present instant.
func (v *server) intervene(iv scenario.Intervention) {
	v.run.World.RunUntil(v.now())
	iv.At = v.run.World.Now()
	v.note(iv)
	if err := v.outside.Apply(iv); err != nil && v.failed == nil {
		v.failed = err
	}
}

// deliver hands what a simulated host sends to the socket that it is for.
func (v *server) deliver(conn int, d sim.Delivery) {
	if answer := v.asked[conn]; answer != nil {
		delete(v.asked, conn)
		answer(d.Data)
		return
	}
	if c := v.conns[conn]; c != nil {
		c.deliver(d)
	}
}

// record begins the files that were asked for. They are written while the
// server runs, and what is written is forgotten, so that memory does not grow
// with the days.
func (v *server) record() (err error) {
	if v.opts.trace != "" {
		if v.traceFile, err = createFile(v.opts.trace, v.opts.force); err != nil {
			return err
		}
		v.trace = trace.NewWriter(v.traceFile, v.run.Trace())
	}
	if !v.opts.screen { // which can go back to everything
		v.run.World.Stream(v.trace, sim.Streamed)
	}
	if v.opts.record != "" {
		if v.logFile, err = createFile(v.opts.record, v.opts.force); err != nil {
			return v.save(err)
		}
	}
	return nil
}

// note writes down what a client did.
func (v *server) note(iv scenario.Intervention) {
	if v.logFile != nil {
		if err := scenario.WriteInterventions(v.logFile, []scenario.Intervention{iv}); err != nil && v.failed == nil {
			v.failed = err
		}
	}
}

// save completes the files; they are removed when something has failed.
func (v *server) save(failed error) error {
	if failed == nil && v.traceFile != nil {
		failed = v.traceFile.end(v.trace.Close())
	}
	if failed == nil && v.logFile != nil {
		failed = v.logFile.end(nil)
	}
	for _, f := range []*newFile{v.traceFile, v.logFile} {
		if f != nil && failed != nil {
			f.discard()
		}
	}
	return failed
}

// announce tells of one listener.
func (v *server) announce(host, service, network, simAddr, addr string) {
	line := struct {
		Host    string `json:"host"`
		Service string `json:"service"`
		Sim     string `json:"sim"`
		Addr    string `json:"addr"`
		Network string `json:"network,omitempty"`
	}{host, service, simAddr, addr, network}
	json.NewEncoder(v.app.out).Encode(line)
	v.served = append(v.served, tui.Served{Host: host, Service: service, Network: network, Sim: simAddr, Addr: addr})
}

func (v *server) verbose(format string, args ...any) {
	if v.opts.verbose && !v.opts.screen {
		fmt.Fprintf(v.app.err, "%12v  %s\n", v.run.World.Now().Round(time.Millisecond), fmt.Sprintf(format, args...))
	}
}
