package httpx

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Files serves a folder of embedded files by their exact names, each with an ETag, compressed for whoever takes that.
// Its pages may name an asset as {{asset "app.css"}}: that becomes a name with the file's hash, which browsers may keep
// for ever, like whatever a build has put into a folder named immutable.
type Files struct {
	prefix string
	files  map[string]*file // by path below the prefix, hashed names as well
}

type file struct {
	body, etag, kind string
	immutable        bool
	compressed       func() []byte // nil when nothing is gained
}

// NewFiles reads the folder at the root of fsys; prefix is the path under which it is served, without a slash at its
// end. Everything but *.html is an asset.
func NewFiles(fsys fs.FS, prefix string) (*Files, error) {
	f := &Files{prefix: prefix, files: map[string]*file{}}
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
		asset.immutable = strings.Contains(name, "/immutable/")
		f.files[name] = asset
		forEver := *asset
		forEver.immutable = true
		f.files[hashed] = &forEver
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

func newFile(name, body string) *file {
	sum := sha256.Sum256([]byte(body))
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8" // whatever the machine's table says
	}
	switch path.Ext(name) {
	case ".webmanifest":
		kind = "application/manifest+json"
	case ".woff2":
		kind = "font/woff2"
	}
	f := &file{body: body, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, kind: kind}
	if slices.Contains([]string{".html", ".js", ".css", ".svg", ".json", ".webmanifest"}, path.Ext(name)) {
		f.compressed = sync.OnceValue(func() []byte { return Compress([]byte(body)) })
	}
	return f
}

// Compress packs by gzip as well as it can be done: for files once, when somebody first asks.
func Compress(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one there is
	_, _ = w.Write(body)                                  // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// TakesGzip reads a request's Accept-Encoding as far as it matters: gzip named, and not with a weight of zero.
func TakesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight = strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.Trim(weight, "0.") != "" || strings.EqualFold(name, "gzip") && weight == "" {
			return true
		}
	}
	return false
}

// Body is the text of a file; empty when there is none of that name.
func (f *Files) Body(name string) string {
	if file, ok := f.files[name]; ok {
		return file.body
	}
	return ""
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
	h.Set("Cache-Control", "no-cache") // may be kept, is asked for again
	if file.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, etag := []byte(file.body), file.etag
	if file.compressed != nil {
		h.Add("Vary", "Accept-Encoding")
		if TakesGzip(r) {
			body, etag = file.compressed(), strings.TrimSuffix(file.etag, `"`)+`-gzip"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", etag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
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
