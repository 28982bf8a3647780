package db_test

import (
	"bytes"
	"testing"

	"coffee/internal/db"
)

func TestID(t *testing.T) {
	const text = "01890a5d-ac96-774b-bcce-b302099a8057"
	value, err := db.ID(text).Value()
	raw, ok := value.([]byte)
	if err != nil || !ok || len(raw) != 16 || raw[0] != 0x01 || raw[15] != 0x57 {
		t.Fatalf("%x, %v", value, err)
	}
	var back db.ID
	if err := back.Scan(raw); err != nil || back != text {
		t.Errorf("scanned %q: %v", back, err)
	}
	if err := back.Scan(nil); err != nil || back != "" {
		t.Errorf("NULL became %q: %v", back, err)
	}
	if value, err := db.ID("").Value(); value != nil || err != nil {
		t.Errorf("the empty id became %v: %v", value, err)
	}
	if id, err := db.ParseID(text); err != nil || id != text {
		t.Error(id, err)
	}
	for _, bad := range []string{
		"", "x", text[1:], text + "0", "01890A5D-AC96-774B-BCCE-B302099A8057", "01890a5dac96774bbcceb302099a8057",
		"01890a5d-ac96-774b-bcce-b302099a805g", "01890a5d-ac96-774b-bcceb-302099a8057", "01890a5d-ac96-774b-bcce-b3020-9a8057",
		"00000000-0000-0000-0000-00-000000000",
	} {
		if _, err := db.ParseID(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
		if bad == "" {
			continue
		}
		if _, err := db.ID(bad).Value(); err == nil {
			t.Errorf("%q became a value", bad)
		}
	}
	for _, bad := range []any{[]byte("short"), 17, text} {
		if err := back.Scan(bad); err == nil {
			t.Errorf("%v became an id", bad)
		}
	}
}

func FuzzID(f *testing.F) {
	f.Add([]byte("0123456789abcdef"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var id db.ID
		if err := id.Scan(raw); (err == nil) != (len(raw) == 16) {
			t.Fatalf("%x: %v", raw, err)
		}
		if id == "" {
			return
		}
		value, err := id.Value()
		if b, _ := value.([]byte); err != nil || !bytes.Equal(b, raw) {
			t.Fatalf("%x became %x: %v", raw, b, err)
		}
	})
}
