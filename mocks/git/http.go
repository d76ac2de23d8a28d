package git

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v6/backend"
	"github.com/go-git/go-git/v6/plumbing/transport"
	"github.com/go-git/go-git/v6/storage"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// maxRequest bounds what a client may send to fetch: wants and haves, 50 bytes each.
const maxRequest = 4 << 20

// The requests of the smart protocol: https://git-scm.com/docs/http-protocol
const (
	infoRefs   = "/info/refs"
	uploadPack = "/git-upload-pack"
)

// Host serves the repositories of one host over HTTP.
func (s *Server) Host(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		status := &journal.StatusWriter{ResponseWriter: w, Code: http.StatusOK}
		e := api.JournalEntry{Time: began, Source: api.SourceGit, Client: journal.ClientOf(r.RemoteAddr)}
		s.serveHTTP(status, r, host, &e)
		e.Millis = s.since(began)
		if e.Outcome == "" {
			e.Outcome = fmt.Sprint(status.Code)
		}
		s.record(e)
	})
}

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request, host string, e *api.JournalEntry) {
	e.Op = r.Method + " " + host + r.URL.Path
	refuse := func(code int, why string) {
		e.Outcome = fmt.Sprintf("%d %s", code, why)
		http.Error(w, why, code)
	}
	path, operation := r.URL.Path, ""
	for _, suffix := range []string{infoRefs, uploadPack} {
		if before, found := strings.CutSuffix(path, suffix); found {
			path, operation = before, suffix
		}
	}
	path, ok := cleanPath(path)
	at := Address{Host: host, Path: path}
	switch {
	case strings.HasSuffix(r.URL.Path, "/git-receive-pack"), r.URL.Query().Get("service") == transport.ReceivePackService:
		refuse(http.StatusForbidden, "this host takes no pushes: its commits come from the control API")
		return
	case operation == "" || !ok:
		refuse(http.StatusNotFound, "not a request of Git's smart protocol")
		return
	}
	e.Op = map[string]string{infoRefs: "list ", uploadPack: "fetch "}[operation] + at.String()
	repository, found := s.find(at)
	if !found {
		refuse(http.StatusNotFound, "Repository not found.")
		return
	}
	if !admits(repository.access, r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Git"`)
		refuse(http.StatusUnauthorized, "Invalid username or token.")
		return
	}
	s.answer(w, r, at, repository, operation, e)
}

// answer has go-git answer a request.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, at Address, repository repository, operation string,
	e *api.JournalEntry,
) {
	r = r.Clone(r.Context())
	if operation == uploadPack {
		request, err := readRequest(r)
		if err != nil {
			e.Outcome = "400 " + err.Error()
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(request))
		r.Header.Del("Content-Encoding")
		e.Detail = details(request)
		if len(e.Detail) == 0 {
			e.Op = "list " + at.String() // ls-refs of protocol version 2
		}
	}
	r.URL = &url.URL{Path: "/" + at.Path + operation, RawQuery: r.URL.RawQuery}
	backend.New(loader{repository.store}).ServeHTTP(w, r)
}

func readRequest(r *http.Request) ([]byte, error) {
	in := io.LimitReader(r.Body, maxRequest+1)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		in = io.LimitReader(unzipped, maxRequest+1)
	}
	raw, err := io.ReadAll(in)
	if err == nil && len(raw) > maxRequest {
		err = errors.New("it is too long")
	}
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	return raw, nil
}

// details are the commits that a request wants, and how deep.
func details(request []byte) map[string]string {
	out := map[string]string{}
	var wants []string
	for _, m := range regexp.MustCompile(`want ([0-9a-f]{40})`).FindAllSubmatch(request, -1) {
		wants = append(wants, string(m[1]))
	}
	if len(wants) > 0 {
		out["want"] = strings.Join(slices.Compact(wants), " ")
	}
	if m := regexp.MustCompile(`deepen ([0-9]+)`).FindSubmatch(request); m != nil {
		out["depth"] = string(m[1])
	}
	return out
}

// admits says whether a request may read a repository.
func admits(a api.GitAccess, r *http.Request) bool {
	if a == (api.GitAccess{}) {
		return true
	}
	username, password, _ := r.BasicAuth()
	return subtle.ConstantTimeCompare([]byte(a.Username), []byte(username)) == 1 &&
		subtle.ConstantTimeCompare([]byte(a.Password), []byte(password)) == 1
}

// loader gives go-git's backend the one repository that a request is for.
type loader struct{ store storage.Storer }

// Load returns the repository, whatever the URL.
func (l loader) Load(*url.URL) (storage.Storer, error) { return l.store, nil }

func (s *Server) record(e api.JournalEntry) {
	if s.journal != nil {
		s.journal.Record(e)
	}
}

func (s *Server) since(began time.Time) float64 {
	return float64(s.now().Sub(began).Microseconds()) / 1000
}

// serve answers a session over a stream.
func (s *Server) serve(ctx context.Context, stream io.ReadWriteCloser, store storage.Storer, protocol string) error {
	return backend.New(loader{store}).Serve(ctx, stream, stream, &backend.Request{
		URL: &url.URL{Path: "/"}, Service: transport.UploadPackService, GitProtocol: protocol,
	})
}
