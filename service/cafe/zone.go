package cafe

import "time"

// zoneHorizon is how far back and ahead a zone's clocks are told: every open business day, and every pick-up and expiry
// that a screen shows.
const zoneHorizon = 400 * 24 * time.Hour

// ZoneOffset is what a zone's clocks show from a moment on: seconds east of UTC.
type ZoneOffset struct {
	From    time.Time // zero: always
	Seconds int
}

// ZoneOffsets is a zone's clocks around t, in order.
func ZoneOffsets(zone *time.Location, t time.Time) []ZoneOffset {
	var all []ZoneOffset
	for at, end := t.Add(-zoneHorizon), t.Add(zoneHorizon); at.Before(end); {
		local := at.In(zone)
		_, seconds := local.Zone()
		from, next := local.ZoneBounds()
		// A change of the zone's name or of what it calls summer time moves no clock.
		if last := len(all) - 1; last < 0 || all[last].Seconds != seconds {
			all = append(all, ZoneOffset{From: from.UTC(), Seconds: seconds})
		}
		if next.IsZero() {
			break
		}
		at = next
	}
	return all
}
