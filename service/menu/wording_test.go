package menu

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every sentence is in the catalogue of the screens with the same values; scripts/check-texts holds the other languages
// against the English one.
func TestSentencesAreTheScreens(t *testing.T) {
	content, err := os.ReadFile("../../web/src/lib/texts/en/menu.json")
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]string
	if err := json.Unmarshal(content, &said); err != nil {
		t.Fatal(err)
	}
	for code, s := range sentences {
		text, ok := said["line_"+code]
		if !ok {
			t.Errorf("menu.line_%s is not in the catalogue", code)
		}
		for _, value := range []string{"{subject}", "{before}", "{after}", "{days}"} {
			if strings.Contains(s.text, value) != strings.Contains(text, value) {
				t.Errorf("%s: the screen says %q, we say %q", code, text, s.text)
			}
		}
	}
}
