package cafe

import (
	"slices"
	"testing"
	"time"
)

func TestZoneOffsets(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for zone, want := range map[string][]string{
		// Morocco leaves its summer hour for Ramadan. Nothing marks the change of a year.
		"Africa/Casablanca": {"2025-02-23T02:00:00Z 0s", "2025-04-06T02:00:00Z 1h0m0s", "2026-02-15T02:00:00Z 0s", "2026-03-22T02:00:00Z 1h0m0s", "2027-02-07T02:00:00Z 0s", "2027-03-14T02:00:00Z 1h0m0s"},
		"Europe/Paris":      {"2024-10-27T01:00:00Z 1h0m0s", "2025-03-30T01:00:00Z 2h0m0s", "2025-10-26T01:00:00Z 1h0m0s", "2026-03-29T01:00:00Z 2h0m0s", "2026-10-25T01:00:00Z 1h0m0s", "2027-03-28T01:00:00Z 2h0m0s"},
		"Etc/GMT-9":         {"always 9h0m0s"},
		"UTC":               {"always 0s"},
	} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range ZoneOffsets(location, at) {
			from := "always"
			if !o.From.IsZero() {
				from = o.From.Format(time.RFC3339)
			}
			got = append(got, from+" "+(time.Duration(o.Seconds)*time.Second).String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", zone, got, want)
		}
	}
}
