// Package daytest gives the cafés of tests that run by the real clock a business day that does not end under them.
package daytest

import "time"

// Cutoff is the end of the business day in minutes after local midnight: 04:00, or 08:00 in the night before it. So at
// least four hours of the day are left, whatever the hour: phones find times to order for, and no date changes.
func Cutoff(zone string) int {
	const usual, late = 240, 480
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	if time.Now().In(location).Hour()*60 < usual {
		return late
	}
	return usual
}
