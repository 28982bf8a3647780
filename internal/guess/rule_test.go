package guess

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)

func TestPace(t *testing.T) {
	var p Pace
	now := start
	for i, want := range []time.Duration{0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900} {
		p = p.Try(now)
		if got := p.Wait(now); got != want*time.Second {
			t.Fatalf("after try %d the wait is %s, want %d s", i+1, got, want)
		}
		if p.Wait(now.Add(want*time.Second)) != 0 {
			t.Fatalf("try %d: still waiting when the wait is over", i+1)
		}
		now = now.Add(want * time.Second)
	}
	if p.Known(now) {
		t.Error("known without a success")
	}
	p = p.Success(now)
	if p.Wait(now) != 0 || !p.Known(now) || !p.Known(now.Add(Remembered-1)) || p.Known(now.Add(Remembered)) {
		t.Errorf("after a success: %+v", p)
	}
	if p = p.Try(now); p.Wait(now) != 0 || !p.Known(now) {
		t.Errorf("the first try after a success: %+v", p)
	}
}

func TestPaceForgets(t *testing.T) {
	var p Pace
	for range 30 {
		p = p.Try(start)
	}
	if p = p.Try(start.Add(Forgotten + time.Second)); p.Tries != 1 {
		t.Errorf("%d tries after half a day of quiet", p.Tries)
	}
}

func TestClockPutBackLocksNobodyOut(t *testing.T) {
	p := Pace{Tries: 20, Until: start.Add(3 * time.Hour), LastAt: start.Add(3 * time.Hour)}
	if p.Wait(start) != 0 {
		t.Errorf("waiting %s for a clock that was put back", p.Wait(start))
	}
	if _, wait := PerSubject.Take(start.Add(3*time.Hour), start); wait != 0 {
		t.Errorf("a budget of the future: %s", wait)
	}
}

func TestLimit(t *testing.T) {
	l := Limit{Burst: 3, Every: time.Minute}
	var mark time.Time
	for range 3 {
		var wait time.Duration
		if mark, wait = l.Take(mark, start); wait != 0 {
			t.Fatal(wait)
		}
	}
	if _, wait := l.Take(mark, start); wait != time.Minute {
		t.Errorf("the fourth waits %s", wait)
	}
	if _, wait := l.Take(mark, start.Add(59*time.Second)); wait != time.Second {
		t.Errorf("the fourth waits %s after 59 s", wait)
	}
	if _, wait := l.Take(mark, start.Add(time.Minute)); wait != 0 {
		t.Errorf("the fourth waits %s after a minute", wait)
	}
	if _, wait := l.Take(l.Return(mark), start); wait != 0 {
		t.Errorf("after one was returned: %s", wait)
	}
}

// Whatever the rhythm, no span of time admits more than burst + span / every.
func TestLimitHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{Burst: rapid.IntRange(1, 20).Draw(t, "burst"), Every: time.Duration(rapid.IntRange(1, 100).Draw(t, "every")) * time.Second}
		now, mark, admitted := start, time.Time{}, 0
		for _, pause := range rapid.SliceOfN(rapid.IntRange(0, 50), 1, 200).Draw(t, "pauses") {
			now = now.Add(time.Duration(pause) * time.Second)
			next, wait := l.Take(mark, now)
			if wait == 0 {
				mark, admitted = next, admitted+1
			} else if _, again := l.Take(mark, now.Add(wait)); again != 0 {
				t.Fatalf("told to wait %s, then told to wait %s more", wait, again)
			}
		}
		if most := l.Burst + int(now.Sub(start)/l.Every); admitted > most {
			t.Fatalf("%d admitted, at most %d", admitted, most)
		}
	})
}

func TestSpoken(t *testing.T) {
	for seconds, want := range map[int]string{1: "a second", 2: "2 seconds", 89: "89 seconds", 90: "2 minutes", 900: "15 minutes"} {
		if got := spoken(time.Duration(seconds) * time.Second); got != want {
			t.Errorf("%d s: %q", seconds, got)
		}
	}
}
