package message

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestFormatDate compares with the layouts of package time.
func TestFormatDate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone(rapid.SampledFrom([]string{"EET", "UTC", "CET", "-0330", ""}).Draw(t, "zone"), 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
		at := time.Unix(rapid.Int64Range(-62135596800+86400, 253402300799-86400).Draw(t, "seconds"), 0).In(zone)
		if got, want := FormatDate(at), at.Format("Mon, _2 Jan 2006 15:04:05 -0700 (MST)"); got != want {
			t.Errorf("FormatDate = %q, want %q", got, want)
		}
		if got, want := FormatDateShort(at), at.Format("Mon, 02 Jan 2006 15:04:05 -0700"); got != want {
			t.Errorf("FormatDateShort = %q, want %q", got, want)
		}
	})
}
