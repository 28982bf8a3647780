package httpx

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestFiles(t *testing.T) {
	f, err := NewFiles(fstest.MapFS{
		"index.html": {Data: []byte(`<script src="{{asset "in/app.js"}}"></script>`)},
		"in/app.js":  {Data: []byte(`let a`)},
	}, "/x")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	f.Serve(w, httptest.NewRequest(http.MethodGet, "/x", nil), "index.html")
	_, rest, _ := strings.Cut(w.Body.String(), `src="`)
	asset, _, _ := strings.Cut(rest, `"`)
	if !strings.HasPrefix(asset, "/x/in/app.") || !f.Has(asset) {
		t.Fatalf("%s", w.Body)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	if w := get(asset); w.Body.String() != "let a" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	if w := get("/x/in/app.js"); w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("%v", w.Header())
	}
	for _, path := range []string{"/x/in", "/x/", "/x", "/in/app.js", "/x/../in/app.js", "/y/in/app.js"} {
		if f.Has(path) {
			t.Errorf("has %s", path)
		}
		if path != "/in/app.js" {
			if w := get(path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	}
	if _, err := NewFiles(fstest.MapFS{"index.html": {Data: []byte(`{{asset "gone.js"}}`)}}, ""); err == nil {
		t.Error("a page that names what is not there")
	}
}

func TestWriteProblem(t *testing.T) {
	w := httptest.NewRecorder()
	WriteProblem(w, Problem{Title: "T", Status: 429, Code: "slow_down", Detail: "Wait.", RetryAfter: 1100 * time.Millisecond, Params: map[string]string{"b": "2", "a": "1", "code": "other"}})
	want := `{"type":"urn:coffee:problem:slow_down","title":"T","status":429,"code":"slow_down","detail":"Wait.","a":"1","b":"2"}`
	if w.Code != 429 || w.Body.String() != want || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v\n%s", w.Code, w.Header(), w.Body)
	}
	var back Problem
	if err := json.Unmarshal(w.Body.Bytes(), &back); err != nil || back.Code != "slow_down" || back.Status != 429 || back.Params["a"] != "1" || len(back.Params) != 2 {
		t.Errorf("%+v %v", back, err)
	}
}
