package adminlogin_test

import (
	"context"
	"encoding/base32"
	"fmt"
	"strings"
	"testing"
	"time"

	"coffee/internal/rpc/rpctest"
	"coffee/internal/secret/secrettest"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
)

// withFactor makes an account that asks for a second factor.
func (w *world) withFactor(n int, username string) (client adminloginpb.AdminLoginServiceClient, spelled string, recovery []string) {
	w.t.Helper()
	ctx := context.Background()
	client = w.admin(n, username)
	offer, err := client.OfferSecondFactor(ctx, &adminloginpb.OfferSecondFactorRequest{Password: password})
	if err != nil {
		w.t.Fatal(err)
	}
	if want := "secret=" + offer.GetSecret(); !strings.HasPrefix(offer.GetUri(), "otpauth://totp/coffee:"+username+"?") || !strings.Contains(offer.GetUri(), want) {
		w.t.Errorf("the offer says %s", offer.GetUri())
	}
	answer, err := client.ConfirmSecondFactor(ctx, &adminloginpb.ConfirmSecondFactorRequest{Code: secrettest.AppCode(w.t, offer.GetSecret(), w.now)})
	if err != nil {
		w.t.Fatal(err)
	}
	return client, offer.GetSecret(), answer.GetRecoveryCodes()
}

func (w *world) signInWith(username, code string) error {
	w.now = w.now.Add(time.Hour) // no wait is in the way
	return w.signInNow(username, password, code)
}

func (w *world) signInNow(username, password, code string) error {
	_, err := w.gateway().Authenticate(context.Background(), &adminloginpb.AuthenticateRequest{
		Username: username, Password: password, Code: code, Network: "198.51.100.1",
	})
	return err
}

func TestSecondFactor(t *testing.T) {
	w := start(t)
	ctx := context.Background()
	_, spelled, recovery := w.withFactor(1, "amal")

	wantCode(t, w.signInWith("amal", ""), "second_factor_required")
	wantCode(t, w.signInWith("amal", "000000"), "wrong_code")
	w.now = w.now.Add(time.Hour)
	code := secrettest.AppCode(t, spelled, w.now)
	wantCode(t, w.signInNow("amal", "wrong password here", code), "wrong_credentials")
	w.now = w.now.Add(time.Hour)
	code = secrettest.AppCode(t, spelled, w.now)
	if err := w.signInNow("amal", password, code[:3]+" "+code[3:]); err != nil {
		t.Errorf("the right code: %v", err)
	}
	wantCode(t, w.signInNow("amal", password, code), "wrong_code") // once only

	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	if err := w.signInWith("amal", strings.ToLower(recovery[3])); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	wantCode(t, w.signInWith("amal", recovery[3]), "wrong_code")
	mine := w.as(rpctest.Admin(id(1)))
	if f, err := mine.GetSecondFactor(ctx, &adminloginpb.GetSecondFactorRequest{}); err != nil || f.GetRecoveryCodesLeft() != 9 || f.GetSince() == nil {
		t.Errorf("%v, %v", f, err)
	}
	_, err := mine.OfferSecondFactor(ctx, &adminloginpb.OfferSecondFactorRequest{Password: password})
	wantCode(t, err, "second_factor_on")
}

func TestAnOfferAsksForNothing(t *testing.T) {
	w := start(t)
	ctx := context.Background()
	amal := w.admin(1, "amal")
	_, err := amal.ConfirmSecondFactor(ctx, &adminloginpb.ConfirmSecondFactorRequest{Code: "123456"})
	wantCode(t, err, "second_factor_not_offered")
	_, err = amal.OfferSecondFactor(ctx, &adminloginpb.OfferSecondFactorRequest{Password: "not my password"})
	wantCode(t, err, "wrong_password")
	w.now = w.now.Add(time.Hour)
	first, err := amal.OfferSecondFactor(ctx, &adminloginpb.OfferSecondFactorRequest{Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.signInWith("amal", ""); err != nil {
		t.Errorf("an offer asks for a code: %v", err)
	}
	second, err := amal.OfferSecondFactor(ctx, &adminloginpb.OfferSecondFactorRequest{Password: password})
	if err != nil || second.GetSecret() == first.GetSecret() {
		t.Fatalf("a second offer: %v", err)
	}
	_, err = amal.ConfirmSecondFactor(ctx, &adminloginpb.ConfirmSecondFactorRequest{Code: secrettest.AppCode(t, first.GetSecret(), w.now)})
	wantCode(t, err, "wrong_code")
	w.now = w.now.Add(time.Hour)
	if _, err = amal.ConfirmSecondFactor(ctx, &adminloginpb.ConfirmSecondFactorRequest{Code: secrettest.AppCode(t, second.GetSecret(), w.now)}); err != nil {
		t.Error(err)
	}
	_, err = amal.ConfirmSecondFactor(ctx, &adminloginpb.ConfirmSecondFactorRequest{Code: secrettest.AppCode(t, second.GetSecret(), w.now)})
	wantCode(t, err, "second_factor_on")
}

// Whoever has the password must not guess codes at will: right passwords do not clear the count of wrong codes.
func TestCodesAreGuessedSlowly(t *testing.T) {
	w := start(t)
	w.withFactor(1, "amal")
	w.now = w.now.Add(time.Hour)
	refused := false
	for i := range 40 {
		err := w.signInNow("amal", password, fmt.Sprintf("%06d", i))
		if err != nil && strings.Contains(err.Error(), "Too many tries") {
			refused = true
			break
		}
		wantCode(t, w.signInNow("amal", password, ""), "second_factor_required")
	}
	if !refused {
		t.Error("40 codes were tried at one moment")
	}
}

func TestLeavingTheSecondFactor(t *testing.T) {
	w := start(t)
	ctx := context.Background()
	amal, spelled, old := w.withFactor(1, "amal")
	w.now = w.now.Add(time.Minute)
	renewed, err := amal.RenewRecoveryCodes(ctx, &adminloginpb.RenewRecoveryCodesRequest{Password: password, Code: secrettest.AppCode(t, spelled, w.now)})
	if err != nil || len(renewed.GetRecoveryCodes()) != 10 {
		t.Fatalf("%v, %v", renewed, err)
	}
	wantCode(t, w.signInWith("amal", old[0]), "wrong_code")
	w.now = w.now.Add(time.Hour)
	_, err = amal.RemoveSecondFactor(ctx, &adminloginpb.RemoveSecondFactorRequest{Password: password, Code: "000000"})
	wantCode(t, err, "wrong_code")
	w.now = w.now.Add(time.Hour)
	if _, err = amal.RemoveSecondFactor(ctx, &adminloginpb.RemoveSecondFactorRequest{Password: password, Code: renewed.GetRecoveryCodes()[0]}); err != nil {
		t.Fatal(err)
	}
	if err := w.signInWith("amal", ""); err != nil {
		t.Errorf("after removal: %v", err)
	}
	_, err = amal.RemoveSecondFactor(ctx, &adminloginpb.RemoveSecondFactorRequest{Password: password, Code: "000000"})
	wantCode(t, err, "second_factor_off")

	w.withFactor(2, "zaki")
	_, err = amal.ResetSecondFactor(ctx, &adminloginpb.ResetSecondFactorRequest{Id: id(2)})
	wantCode(t, err, "forbidden")
	for range 2 {
		a, err := w.operator().ResetSecondFactor(ctx, &adminloginpb.ResetSecondFactorRequest{Id: id(2)})
		if err != nil || a.GetSecondFactorAt() != nil {
			t.Errorf("%v, %v", a, err)
		}
	}
	if err := w.signInWith("zaki", ""); err != nil {
		t.Errorf("after the reset: %v", err)
	}
	_, err = w.operator().ResetSecondFactor(ctx, &adminloginpb.ResetSecondFactorRequest{Id: id(9)})
	wantCode(t, err, "not_found")
}

// What is stored opens nothing by itself.
func TestNothingOfTheFactorIsInTheOpen(t *testing.T) {
	w := start(t)
	_, spelled, recovery := w.withFactor(1, "amal")
	key, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(spelled)
	var sealed []byte
	if err := w.db.Read().QueryRowContext(t.Context(), "SELECT sealed FROM second_factor").Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), string(key)) {
		t.Error("the secret is stored as it is")
	}
	rows, err := w.db.Read().QueryContext(t.Context(), "SELECT before_state, after_state FROM audit")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var before, after string
		if err := rows.Scan(&before, &after); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(before+after, spelled) || strings.Contains(before+after, recovery[0]) {
			t.Error("the audit has a secret")
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
