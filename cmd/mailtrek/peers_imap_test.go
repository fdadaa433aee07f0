package main

import (
	"slices"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// dialIMAP logs the client of emersion/go-imap in.
func dialIMAP(t *testing.T, addr string, options *imapclient.Options) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(addr, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login("ivan", "ivan-secret").Wait(); err != nil {
		t.Fatalf("LOGIN: %v", err)
	}
	return c
}

// TestServeGoIMAP lets an independent client work with a simulated mailbox over
// a real socket: whatever it asks it understands.
func TestServeGoIMAP(t *testing.T) {
	v := serve(t, "../../scenarios/lab/lab.md")
	defer v.stop()
	addr := v.addr("mail.alabala.com imap")
	c := dialIMAP(t, addr, nil)
	const message = "From: Elena <elena@sender.example>\r\nSubject: peer\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n"

	if err := c.Create("Work", nil).Wait(); err != nil {
		t.Fatalf("CREATE: %v", err)
	}
	boxes, err := c.List("", "*", nil).Collect()
	if err != nil {
		t.Fatalf("LIST: %v", err)
	}
	var names []string
	for _, b := range boxes {
		names = append(names, b.Mailbox)
	}
	if !slices.Contains(names, "INBOX") || !slices.Contains(names, "Work") {
		t.Errorf("LIST: got %q", names)
	}
	for range 3 {
		app := c.Append("INBOX", int64(len(message)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}})
		if _, err := app.Write([]byte(message)); err != nil {
			t.Fatal(err)
		}
		if err := app.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Wait(); err != nil {
			t.Fatalf("APPEND: %v", err)
		}
	}
	selected, err := c.Select("INBOX", nil).Wait()
	if err != nil || selected.NumMessages != 3 || selected.UIDNext != 4 {
		t.Fatalf("SELECT: got %+v, %v", selected, err)
	}
	peerFetch(t, c, message)
	peerFlags(t, c)
	peerIdle(t, c, addr, message)
	if err := c.Logout().Wait(); err != nil {
		t.Errorf("LOGOUT: %v", err)
	}
}

// peerFetch reads a message with its structure, and finds it.
func peerFetch(t *testing.T, c *imapclient.Client, message string) {
	t.Helper()
	section := &imap.FetchItemBodySection{Peek: true}
	list, err := c.Fetch(imap.SeqSetNum(2), &imap.FetchOptions{UID: true, Flags: true, Envelope: true, InternalDate: true, RFC822Size: true,
		BodyStructure: &imap.FetchItemBodyStructure{Extended: true}, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(list) != 1 {
		t.Fatalf("FETCH: got %v, %v", list, err)
	}
	m := list[0]
	if got := string(m.FindBodySection(section)); got != message || m.RFC822Size != int64(len(message)) {
		t.Errorf("FETCH: got %q of %d octets, want %q", got, m.RFC822Size, message)
	}
	if m.UID != 2 || m.Envelope.Subject != "peer" || m.Envelope.From[0].Addr() != "elena@sender.example" || !slices.Contains(m.Flags, imap.FlagSeen) {
		t.Errorf("FETCH: got UID %d, %+v, %v", m.UID, m.Envelope, m.Flags)
	}
	if got := m.BodyStructure.MediaType(); got != "text/plain" {
		t.Errorf("BODYSTRUCTURE: got %s", got)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Subject", Value: "PEER"}}}, nil).Wait()
	if err != nil || !slices.Equal(found.AllUIDs(), []imap.UID{1, 2, 3}) {
		t.Errorf("UID SEARCH: got %v, %v", found, err)
	}
}

// peerFlags changes flags, moves and expunges.
func peerFlags(t *testing.T, c *imapclient.Client) {
	t.Helper()
	set := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted, "$Work"}}
	stored, err := c.Store(imap.SeqSetNum(1), set, nil).Collect()
	if err != nil || len(stored) != 1 || !slices.Contains(stored[0].Flags, imap.FlagDeleted) {
		t.Errorf("STORE: got %v, %v", stored, err)
	}
	moved, err := c.Move(imap.UIDSetNum(2), "Work").Wait()
	if err != nil || moved.DestUIDs == nil {
		t.Errorf("MOVE: got %+v, %v", moved, err)
	}
	gone, err := c.Expunge().Collect()
	if err != nil || !slices.Equal(gone, []uint32{1}) {
		t.Errorf("EXPUNGE: got %v, %v", gone, err)
	}
	status, err := c.Status("Work", &imap.StatusOptions{NumMessages: true, UIDNext: true}).Wait()
	if err != nil || *status.NumMessages != 1 {
		t.Errorf("STATUS: got %+v, %v", status, err)
	}
}

// peerIdle waits in IDLE for what a second connection appends.
func peerIdle(t *testing.T, c *imapclient.Client, addr, message string) {
	t.Helper()
	told := make(chan uint32, 10)
	idler := dialIMAP(t, addr, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				told <- *data.NumMessages
			}
		},
	}})
	if _, err := idler.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	idle, err := idler.Idle()
	if err != nil {
		t.Fatalf("IDLE: %v", err)
	}
	app := c.Append("INBOX", int64(len(message)), nil)
	if _, err := app.Write([]byte(message)); err != nil {
		t.Fatal(err)
	}
	if err := app.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Wait(); err != nil {
		t.Fatalf("APPEND: %v", err)
	}
	select {
	case n := <-told:
		if n != 2 {
			t.Errorf("IDLE: told of %d messages, want 2", n)
		}
	case <-time.After(20 * time.Second):
		t.Error("IDLE: not told of the new message")
	}
	if err := idle.Close(); err != nil {
		t.Errorf("DONE: %v", err)
	}
	if err := idle.Wait(); err != nil {
		t.Errorf("IDLE: %v", err)
	}
}
