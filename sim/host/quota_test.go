package host

import (
	"errors"
	"testing"
)

// What Dovecot 2.3.19 lets in with "quota_rule = *:storage=3K:messages=4".
func TestQuota(t *testing.T) {
	conf, problems := ParseDovecot("dovecot.conf", []byte(`mail_plugins = quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=3K:messages=4
}
`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	q, ok := conf.For("lmtp").Quota()
	if !ok || q.Name != "User quota" || q.Storage != 3072 || q.Messages != 4 || q.Grace != 307 {
		t.Fatalf("got %+v, %v", q, ok)
	}
	for _, c := range []struct {
		octets   int64
		messages int
		size     int64
		delivery bool
		want     bool
	}{
		{0, 0, 3072, false, true},
		{2129, 2, 1066, true, true},   // 3195: by the grace of 10 %
		{2129, 2, 1066, false, false}, // which only deliveries have
		{3195, 3, 2, false, false},
		{3195, 3, 185, true, false},
		{217, 1, 4500, true, false},
		{40, 4, 10, true, false}, // messages
	} {
		if got := q.Fits(c.octets, c.messages, c.size, c.delivery); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
	if q.Full(3071, 3) || !q.Full(3072, 3) || !q.Full(10, 4) {
		t.Error("full is at 3072 octets, or 4 messages")
	}
	if _, ok := (&Dovecot{plugin: map[string]string{"quota": "maildir:x"}}).For("imap").Quota(); ok {
		t.Error("there is a quota without its plugin")
	}
}

func TestQuotaSize(t *testing.T) {
	for v, want := range map[string]int64{"3K": 3072, "3": 3072, "1M": 1 << 20, "10%": 100, "10%%": 100, "": 0, "x": 0, "-1": 0, "9999999999999999": 0} {
		if got := quotaSize(v, 10, 1000); got != want {
			t.Errorf("%q: got %d, want %d", v, got, want)
		}
	}
}

// A disk has the room that was said, and what is removed makes room.
func TestRoom(t *testing.T) {
	tree := NewTree(0)
	if err := tree.WriteFile("/a", make([]byte, 50)); err != nil {
		t.Fatal(err)
	}
	tree.SetRoom(100)
	if err := tree.WriteFile("/b", make([]byte, 101)); !errors.Is(err, ErrNoSpace) {
		t.Errorf("got %v", err)
	}
	if err := tree.AppendFile("/a", make([]byte, 100)); err != nil || tree.Free() != 0 {
		t.Errorf("got %v, %d octets free", err, tree.Free())
	}
	if err := tree.Remove("/a"); err != nil || tree.Free() != 150 {
		t.Errorf("got %v, %d octets free", err, tree.Free())
	}
	if tree.SetRoom(-1); tree.Free() != UsualRoom {
		t.Errorf("got %d octets free", tree.Free())
	}
}
