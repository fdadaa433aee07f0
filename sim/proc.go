package sim

import (
	"errors"
	"iter"
	"time"

	"mailtrek/sim/trace"
)

// This is the one clever file of the package. A process is a coroutine: a
// function that runs until it has to wait, and goes on from there when the world
// wakes it. iter.Pull gives exactly that, on goroutines that never run side by
// side: one call of next runs the coroutine up to its next yield. A switch costs
// about 0.2 µs and its order is ours alone, which goroutines and channels could
// not promise.
//
// Waiting is parking. A parked process counts its waits, and every signal that
// may wake it remembers which wait it was made for; one that comes late finds
// another number and is ignored. That is all the synchronisation there is.
//
// Whoever parks does not hand control back at once: it goes on with the world's
// work on its own stack, and so runs the process whose turn comes next. When
// that one parks too and the next turn is that of the first, one switch has led
// there and one leads back, where a loop between them would need four. Only when
// the turn is that of a process further below, or nothing is due, those above
// hand control back (see World.work).
//
// Coroutines are used again: one whose process has ended waits in the world's
// pool with the stack that it has grown, and the next process runs on it.

// Proc is a simulated process on a node. Its methods may be called only from
// within its own function.
type Proc struct {
	w     *World
	node  *Node
	name  string
	index int // in the world's list; -1 when it has left
	cause trace.Seq
	msg   trace.MsgID

	on     *coroutine
	waits  uint64
	parked bool
	works  bool // parked, it lets the world go on: see work
	woken  bool // by a signal, not by the timer
	dead   bool
	killed bool  // it ends as soon as it may
	shield int   // how many Shields it is in
	serves *Conn // the connection that it was started for, which ends with it if it is killed; or nil
}

// errKilled unwinds a process that is killed, or whose world is thrown away.
var errKilled = errors.New("sim: process killed")

// coroutine is what a process runs on.
type coroutine struct {
	w      *World
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	proc   *Proc
	body   func(*Proc)
	alarm  alarm
	killed bool
}

// coroutine returns one that is free.
func (w *World) coroutine() *coroutine {
	if n := len(w.pool); n > 0 {
		c := w.pool[n-1]
		w.pool = w.pool[:n-1]
		return c
	}
	c := &coroutine{w: w}
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for {
			c.run()
			if c.killed {
				return
			}
			w.pool = append(w.pool, c)
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return c
}

// run runs the body of a process to its end, or until it is killed.
func (c *coroutine) run() {
	defer func() {
		if c.proc.killed && c.proc.serves != nil {
			_ = c.proc.serves.Vanish() // it may be closed already
		}
		c.proc.dead, c.proc.serves = true, nil
		c.proc.leave()
		c.proc, c.body = nil, nil
		switch r := recover(); r {
		case nil:
		case errKilled:
			c.killed = true
		default:
			panic(r)
		}
	}()
	if !c.proc.killed {
		c.body(c.proc)
	}
}

// Go starts a process on a node at the present instant. cause and msg are what
// it acts upon at first.
func (w *World) Go(n *Node, name string, cause trace.Seq, msg trace.MsgID, body func(*Proc)) *Proc {
	p := w.newborn.Next()
	*p = Proc{w: w, node: n, name: name, cause: cause, msg: msg, on: w.coroutine()}
	p.on.proc, p.on.body = p, body
	p.index = len(w.procs)
	w.procs = append(w.procs, p)
	p.parked = true
	w.instant.push(ready{proc: p, wait: p.waits})
	return p
}

// resume lets the process run until it parks again or ends.
func (p *Proc) resume() {
	if p.dead {
		return
	}
	p.goOn()
	p.on.next()
	p.w.running = nil
}

// goOn ends the wait of the process.
func (p *Proc) goOn() {
	p.parked = false
	p.waits++
	p.on.alarm.order = 0
	p.w.running = p
}

// kill unwinds the process from where it is parked.
func (p *Proc) kill() {
	p.on.stop()
	p.dead = true
	p.leave()
}

// leave takes the process out of the world's list, where the last one gets its
// place.
func (p *Proc) leave() {
	all := p.w.procs
	if p.index < 0 {
		return
	}
	last := all[len(all)-1]
	all[p.index], last.index = last, p.index
	all[len(all)-1] = nil
	p.w.procs, p.index = all[:len(all)-1], -1
}

// Kill ends another process at the present instant, wherever it waits. What it
// has deferred still runs, and its connections end as those of a process that
// dies.
func (p *Proc) Kill() {
	if p.dead || p == p.w.running {
		return
	}
	p.killed = true
	if p.shield == 0 {
		p.wake()
	}
}

// Killed tells whether somebody has killed the process.
func (p *Proc) Killed() bool { return p.killed }

// Dead tells whether the process is over.
func (p *Proc) Dead() bool { return p.dead }

// Shield runs body to its end even if the process is killed meanwhile. It is
// for what the real program does in no time at all, and the simulated one in
// steps.
func (p *Proc) Shield(body func()) {
	p.shield++
	body()
	p.shield--
	if p.killed && p.shield == 0 {
		panic(errKilled)
	}
}

// park waits for wake or for the given time; negative is for ever. It tells
// whether wake came first.
func (p *Proc) park(d time.Duration) bool {
	if p.killed && p.shield == 0 {
		panic(errKilled)
	}
	p.parked, p.woken = true, false
	if d >= 0 {
		p.w.limit(p, d)
	}
	if !p.turned() && !p.on.yield(struct{}{}) {
		panic(errKilled)
	}
	if p.killed && p.shield == 0 {
		panic(errKilled)
	}
	return p.woken
}

// turned lets the world go on while the process is parked, and tells whether
// that has led to its turn; else it must hand control back.
func (p *Proc) turned() bool {
	if p.w.stopped {
		return false
	}
	p.w.running, p.works = nil, true
	mine := p.w.work(p)
	p.works = false
	if mine {
		p.goOn()
	}
	return mine
}

// wake lets a parked process go on at the present instant, in its turn.
func (p *Proc) wake() {
	if !p.parked || p.dead || p.woken {
		return
	}
	p.woken = true
	p.w.instant.push(ready{proc: p, wait: p.waits})
}

// Sleep lets d of virtual time pass.
func (p *Proc) Sleep(d time.Duration) {
	if d > 0 {
		p.park(d)
	}
}

// World is the world that the process lives in.
func (p *Proc) World() *World { return p.w }

// Node is the host that the process runs on.
func (p *Proc) Node() *Node { return p.node }

// Name is what the process was called when it was started.
func (p *Proc) Name() string { return p.name }

// Now is the wall clock of the process's host.
func (p *Proc) Now() time.Time { return p.node.Clock() }

// Cause is the event that the process acts upon.
func (p *Proc) Cause() trace.Seq { return p.cause }

// Msg is the message that the process is busy with, 0 if none.
func (p *Proc) Msg() trace.MsgID { return p.msg }

// Because makes s the event that the process acts upon from now on.
func (p *Proc) Because(s trace.Seq) {
	if s != 0 {
		p.cause = s
	}
}

// Handle makes m the message that the process is busy with from now on.
func (p *Proc) Handle(m trace.MsgID) { p.msg = m }

// Emit records an event at this process's node, with its cause and message
// where e has none, and makes it the cause of what the process does next.
func (p *Proc) Emit(e trace.Event, text []byte) trace.Seq {
	return p.emit(&e, text)
}

// emit is Emit for an event in memory.
func (p *Proc) emit(e *trace.Event, text []byte) trace.Seq {
	p.own(e)
	p.cause = p.w.emit(e, text)
	return p.cause
}

// EmitShared is Emit for a text, perhaps a long one, that nobody changes from
// now on: the trace need not copy it.
func (p *Proc) EmitShared(e trace.Event, text []byte) trace.Seq {
	p.own(&e)
	p.cause = p.w.emitShared(e, text)
	return p.cause
}

// Record is Emit without becoming the cause of what follows: for a remark by
// the way, such as a line in the log.
func (p *Proc) Record(e trace.Event, text []byte) trace.Seq {
	p.own(&e)
	return p.w.emit(&e, text)
}

// own gives an event the process's node, cause and message where it has none.
func (p *Proc) own(e *trace.Event) {
	if e.Node == 0 {
		e.Node = p.node.ID
	}
	if e.Cause == 0 {
		e.Cause = p.cause
	}
	if e.Msg == 0 {
		e.Msg = p.msg
	}
}

// Sym interns a string in the trace.
func (p *Proc) Sym(s string) trace.Sym { return p.w.Trace.Intern(s) }

// Go starts another process on the same node, with this one's cause and message.
func (p *Proc) Go(name string, body func(*Proc)) *Proc {
	return p.w.Go(p.node, name, p.cause, p.msg, body)
}

// Cond is something that processes wait for. The zero value is ready.
type Cond struct {
	waiting []*Proc
	one     [1]*Proc // the room for the usual case
}

// Wait parks p until Broadcast or until d has passed (negative: for ever). It
// tells whether Broadcast came first.
func (c *Cond) Wait(p *Proc, d time.Duration) bool {
	if c.waiting == nil {
		c.waiting = c.one[:0]
	}
	c.waiting = append(c.waiting, p)
	ok := p.park(d)
	if !ok {
		for i, q := range c.waiting {
			if q == p {
				c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
				break
			}
		}
	}
	return ok
}

// Broadcast wakes all that wait, in the order in which they came.
func (c *Cond) Broadcast() {
	for _, p := range c.waiting {
		p.wake()
	}
	c.waiting = c.waiting[:0]
}
