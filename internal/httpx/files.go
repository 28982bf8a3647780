package httpx

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// Files serves a folder of embedded files by their exact names, each with an ETag. Its pages may name an asset as
// {{asset "app.css"}}: that becomes a name with the file's hash, which browsers may keep for ever.
type Files struct {
	prefix string
	files  map[string]file // by path below the prefix, hashed names as well
}

type file struct {
	body, etag, kind string
	immutable        bool
}

// NewFiles reads the folder at the root of fsys; prefix is the path under which it is served, without a slash at its
// end. Everything but *.html is an asset.
func NewFiles(fsys fs.FS, prefix string) (*Files, error) {
	f := &Files{prefix: prefix, files: map[string]file{}}
	pages := map[string]string{}
	names := []string{} // old, new, old, new …
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if path.Ext(name) == ".html" {
			pages[name] = string(body)
			return nil
		}
		asset := newFile(name, string(body))
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + strings.Trim(asset.etag, `"`)[:12] + ext
		f.files[name] = asset
		asset.immutable = true
		f.files[hashed] = asset
		names = append(names, `{{asset "`+name+`"}}`, prefix+"/"+hashed)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("embedded files of %s: %w", prefix, err)
	}
	for name, body := range pages {
		body = strings.NewReplacer(names...).Replace(body)
		if strings.Contains(body, "{{asset") {
			return nil, fmt.Errorf("embedded page %s names an asset that is not there", name)
		}
		f.files[name] = newFile(name, body)
	}
	return f, nil
}

func newFile(name, body string) file {
	sum := sha256.Sum256([]byte(body))
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8" // whatever the machine's table says
	}
	return file{body: body, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, kind: kind}
}

// Has tells whether a request path is one of the files.
func (f *Files) Has(requestPath string) bool {
	name, ok := strings.CutPrefix(requestPath, f.prefix+"/")
	_, known := f.files[name]
	return ok && known
}

// Serve answers with the named file ("index.html"). Security headers are the caller's.
func (f *Files) Serve(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := f.files[name]
	if !ok {
		WriteProblem(w, Problem{Status: http.StatusNotFound, Title: "Not found", Code: "not_found", Detail: "There is no such file."})
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("ETag", file.etag)
	h.Set("Cache-Control", "no-cache") // may be kept, is asked for again
	if file.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader([]byte(file.body)))
}

// ServeStatus answers with the named page under another status than 200.
func (f *Files) ServeStatus(w http.ResponseWriter, r *http.Request, name string, status int) {
	file, ok := f.files[name]
	if !ok {
		f.Serve(w, r, name)
		return
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(file.body)) // a client that is gone reads nothing
	}
}

// ServeHTTP answers with the file below the prefix.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Serve(w, r, strings.TrimPrefix(r.URL.Path, f.prefix+"/"))
}
