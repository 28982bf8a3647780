package login

import (
	"strings"

	"coffee/internal/errs"
)

// DrawnPINDigits is the length of a PIN that nobody chose.
const DrawnPINDigits = 6

// CheckPIN refuses a chosen PIN of another length than 4 to 8 digits (invalid_pin) or one of the first anybody
// would try (weak_pin).
func CheckPIN(pin string) error {
	if len(pin) < 4 || len(pin) > 8 || strings.Trim(pin, "0123456789") != "" {
		return errs.Invalid("invalid_pin", "A PIN has 4 to 8 digits.").Field("pin", "must be 4 to 8 digits")
	}
	if Weak(pin) {
		return errs.Invalid("weak_pin", "This PIN is one of the first that anybody would try. Choose another.").
			Field("pin", "must not be easy to guess")
	}
	return nil
}

// Weak tells whether a PIN is one of the first that anybody would try: one digit or pair or half repeated, a straight
// run up or down (also by twos, also over 9 to 0), a year, the middle column of the keys.
func Weak(pin string) bool {
	if len(pin) < 4 {
		return true
	}
	for period := 1; period <= len(pin)/2; period++ {
		if strings.Repeat(pin[:period], len(pin)/period+1)[:len(pin)] == pin {
			return true
		}
	}
	run := true
	step := (int(pin[1]) - int(pin[0]) + 10) % 10
	for i := 1; i < len(pin); i++ {
		run = run && (int(pin[i])-int(pin[i-1])+10)%10 == step
	}
	if run && (step <= 2 || step >= 8) {
		return true
	}
	year := len(pin) == 4 && (strings.HasPrefix(pin, "19") || strings.HasPrefix(pin, "20"))
	return year || doubled(pin) || pin == "2580" || pin == "0852"
}

// doubled is a run in pairs: 1122, 112233.
func doubled(pin string) bool {
	if len(pin)%2 != 0 {
		return false
	}
	for i := 0; i < len(pin); i += 2 {
		if pin[i] != pin[i+1] {
			return false
		}
	}
	return true
}
