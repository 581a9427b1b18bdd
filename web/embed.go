// Package web serves the web client: the files that `npm run build` left in dist, inside the binary.
package web

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// notBuilt is served when the binary was built without the client (go build alone).
const notBuilt = `<!doctype html><meta charset="utf-8"><title>Baton</title><!--og--><p>This binary was built without the web client: use <code>make build</code>.`

// Handler serves the client's files and, at /, its shell (index.html). dir, if not empty, is a folder to
// serve instead of the built-in files; it is for developing.
func Handler(dir string) (http.Handler, error) {
	if dir != "" {
		return files{os.DirFS(dir)}, nil
	}
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open dist: %w", err)
	}
	return files{sub}, nil
}

type files struct{ fs fs.FS }

// ServeHTTP answers with the compressed twin of a file where there is one and the browser takes it.
func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" || name == "index.html" {
		f.shell(w)
		return
	}
	if strings.HasPrefix(name, ".") {
		http.NotFound(w, r)
		return
	}
	if _, err := fs.Stat(f.fs, name); err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // the name holds a hash of the content
	}
	h.Add("Vary", "Accept-Encoding")
	for _, twin := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), twin.encoding) {
			continue
		}
		if _, err := fs.Stat(f.fs, name+twin.suffix); err == nil {
			h.Set("Content-Encoding", twin.encoding)
			http.ServeFileFS(w, r, f.fs, name+twin.suffix)
			return
		}
	}
	http.ServeFileFS(w, r, f.fs, name)
}

func (f files) shell(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	b, err := fs.ReadFile(f.fs, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		b = []byte(notBuilt)
	} else if err != nil {
		http.Error(w, "the web client cannot be read", http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(b) // the browser went away
}
