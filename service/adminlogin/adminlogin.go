// Package adminlogin owns the accounts of head office: user names, passwords, the one-time set-up of the first. It
// keeps no session (the gateway does) and knows nothing of cafés and their people.
package adminlogin

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"coffee/internal/errs"
)

// Admin is an account of head office.
type Admin struct {
	ID                string
	Username          string
	Version           int64 // counts from 1; every change adds one
	CreatedAt         time.Time
	PasswordChangedAt time.Time
	SecondFactorAt    time.Time // zero while none is asked for
	ArchivedAt        time.Time // zero while the account is live
}

// Archived tells whether the account was removed.
func (a Admin) Archived() bool { return !a.ArchivedAt.IsZero() }

// Fold makes user names comparable: they are unique in any case.
func Fold(username string) string { return strings.ToLower(strings.TrimSpace(username)) }

// MinPassword is the least number of characters of a password.
const MinPassword = 12

// CheckPassword refuses a password that is too short, the user name, or one character over and over. Code:
// weak_password.
func CheckPassword(password, username string) error {
	var why string
	switch first, _ := utf8.DecodeRuneInString(password); {
	case utf8.RuneCountInString(password) < MinPassword:
		why = "has fewer than 12 characters"
	case Fold(password) == Fold(username):
		why = "is the user name"
	case strings.Trim(password, string(first)) == "":
		why = "is one character over and over"
	default:
		return nil
	}
	return errs.Invalid("weak_password", "This password %s. Choose another.", why).Field("password", "%s", why)
}

// CheckUsername refuses control characters and an empty name; the contract says the rest. Code: invalid_username.
func CheckUsername(username string) error {
	if Fold(username) == "" || strings.ContainsFunc(username, unicode.IsControl) || utf8.RuneCountInString(username) > 64 {
		return errs.Invalid("invalid_username", "A user name has 1 to 64 characters, without control characters.").
			Field("username", "must be a user name")
	}
	return nil
}

// NewPassword checks a change of password. Codes: weak_password, same_password.
func NewPassword(username, old, next string) error {
	if old == next {
		return errs.Invalid("same_password", "The new password is the old one. Choose another.").
			Field("new_password", "must differ from the old one")
	}
	return CheckPassword(next, username)
}
