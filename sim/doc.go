// Package sim is the simulator's core: a world with a virtual clock, simulated
// processes, a network and seeded dice, all of which write one trace.
//
// A World is single-threaded and deterministic: what happens is a function of
// what it is built from, its seed and the interventions. Things that happen at
// one instant happen in the order in which they were scheduled.
//
// A process (Proc) is straight-line code that may sleep, wait for a Cond, dial
// and read from connections; while it waits, other processes run. It carries a
// cause, the event that it acts upon: reading a line from a connection makes
// that line the cause of what the process does next, so that causes in the
// trace are those that really led to an event. It carries a message in the
// same way.
//
//	w := sim.New(sim.Config{…})
//	pc := w.AddNode(trace.Node{Name: "pc.sender.example", Addrs: []string{"10.10.1.100"}})
//	w.At(0, func() { w.Go(pc, "mua", 0, 0, func(p *sim.Proc) { … p.Dial(…) … }) })
//	w.Run()
//	w.Stop()
package sim
