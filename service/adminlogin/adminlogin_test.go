package adminlogin

import (
	"strings"
	"testing"

	"coffee/internal/errs"
)

func TestPasswords(t *testing.T) {
	for password, want := range map[string]string{
		"correct horse battery": "",
		"ééééééééééèè":          "", // twelve characters, not bytes
		"ééééééééééè":           "weak_password",
		"elevenchars":           "weak_password",
		"head.office@chain":     "weak_password",
		"HEAD.OFFICE@chain":     "weak_password",
		"aaaaaaaaaaaaaaaa":      "weak_password",
		"":                      "weak_password",
	} {
		err := CheckPassword(password, "Head.Office@chain")
		if want == "" && err != nil || want != "" && !errs.HasCode(err, want) {
			t.Errorf("%q: %v", password, err)
		}
		if e, ok := errs.As(err); ok && password != "" && strings.Contains(e.Error(), password) {
			t.Errorf("the answer repeats the password: %v", err)
		}
	}
	if err := NewPassword("x", "correct horse battery", "correct horse battery"); !errs.HasCode(err, "same_password") {
		t.Error(err)
	}
	if err := NewPassword("x", "old", "short"); !errs.HasCode(err, "weak_password") {
		t.Error(err)
	}
}

func TestUsernames(t *testing.T) {
	for name, ok := range map[string]bool{"amal": true, "a@b.c": true, "": false, "   ": false, "a\nb": false, strings.Repeat("x", 65): false} {
		if err := CheckUsername(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
	if Fold(" AMAL ") != "amal" {
		t.Error(Fold(" AMAL "))
	}
}
