package node

import (
	"testing"

	"mailtrek/sim"
	"mailtrek/sim/host"
	"mailtrek/sim/trace"
)

func TestUIDSet(t *testing.T) {
	for _, c := range []struct {
		uids []uint32
		want string
	}{
		{nil, ""},
		{[]uint32{7}, "7"},
		{[]uint32{1, 2, 3, 5, 8, 9}, "1:3,5,8:9"},
		{[]uint32{4294967294, 4294967295}, "4294967294:4294967295"},
	} {
		if got := uidSet(c.uids); got != c.want {
			t.Errorf("%v: got %q, want %q", c.uids, got, c.want)
		}
	}
}

// What a program knows of its copies is read as it was written; nonsense is as
// if there were no copies.
func TestCopies(t *testing.T) {
	w := sim.New(sim.Config{})
	n, err := w.AddNode(trace.Node{Name: "pc.example", Addrs: []string{"10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	r := &imapRun{m: &MUA{Host: NewHost(n, host.NewTree(0)), User: "ivan"}}
	want := copies{validity: 17, highest: 9, uids: []uint32{3, 4, 9}, fresh: []uint32{4, 9}}
	if err := r.m.Host.Tree.WriteFile("/x/uids", want.text()); err != nil {
		t.Fatal(err)
	}
	if got := r.copies("/x"); string(got.text()) != string(want.text()) || len(got.uids) != 3 || got.highest != 9 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := r.m.Host.Tree.WriteFile("/y/uids", []byte("what\nis this\n-7 new\n99999999999\n")); err != nil {
		t.Fatal(err)
	}
	if got := r.copies("/y"); got.validity != 0 || len(got.uids) != 0 {
		t.Errorf("got %+v", got)
	}
}
