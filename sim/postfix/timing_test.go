package postfix

import (
	"testing"
	"time"
)

func TestAppendDelay(t *testing.T) {
	for _, c := range []struct {
		d     time.Duration
		limit int
		want  string
	}{
		{-time.Second, 2, "0"},
		{0, 2, "0"},
		{4 * time.Millisecond, 2, "0"},
		{6 * time.Millisecond, 2, "0.01"},
		{40 * time.Millisecond, 2, "0.04"},
		{100 * time.Millisecond, 2, "0.1"},
		{123 * time.Millisecond, 2, "0.12"},
		{123 * time.Millisecond, 6, "0.12"},
		{123 * time.Millisecond, 1, "0.1"},
		{123 * time.Millisecond, 0, "0"},
		{996 * time.Millisecond, 2, "1"},
		{1260 * time.Millisecond, 2, "1.3"},
		{1260 * time.Millisecond, 0, "1"},
		{9960 * time.Millisecond, 2, "10"},
		{12600 * time.Millisecond, 2, "13"},
		{100 * time.Hour, 2, "360000"},
	} {
		if got := string(appendDelay(nil, c.d, c.limit)); got != c.want {
			t.Errorf("delay of %v with limit %d: got %s, want %s", c.d, c.limit, got, c.want)
		}
	}
}
