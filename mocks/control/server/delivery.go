package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/git"
	"github.com/edgeproof/edgeproof/mocks/registry"
)

// maxArchive bounds an uploaded archive, in bytes: a repository at its limit, and what tar adds to it.
const maxArchive = git.MaxSize + 64<<20

// Delivery is what GitOps engines fetch from. The zero value offers nothing.
type Delivery struct {
	Git      *git.Server
	Registry *registry.Server
	// Changed is called when a host may have been added.
	Changed func()
}

// uploads are the routes whose body is an archive.
func (s *server) uploads() map[string]handle {
	return map[string]handle{
		"POST /v1/git/commits": s.commitFiles,
		"POST /v1/charts":      s.publishChart,
		"POST /v1/artifacts":   s.publishArtifact,
	}
}

// commitFiles makes an archive the content of a branch.
func (s *server) commitFiles(r *http.Request) (any, error) {
	at, err := s.repository(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	commit, err := s.Git.Commit(r.Context(), at, api.GitChange{
		Branch: q.Get("branch"), Tags: q["tag"],
		Message: q.Get("message"),
	}, r.Body)
	return s.changed(commit, err)
}

// repository reads the address of the repository that a request is for.
func (s *server) repository(r *http.Request) (git.Address, error) {
	if s.Git == nil {
		return git.Address{}, notFound("this process has no Git hosts")
	}
	at, err := git.ParseAddress(r.URL.Query().Get("url"))
	if err != nil {
		return at, invalid("%v", err)
	}
	return at, nil
}

func (s *server) protectRepository(r *http.Request) (any, error) {
	at, err := s.repository(r)
	if err != nil {
		return nil, err
	}
	var access api.GitAccess
	if err := decode(r, &access); err != nil {
		return nil, err
	}
	var missing *git.NotFoundError
	if err := s.Git.Protect(at, access); errors.As(err, &missing) {
		return nil, notFound("%v", err)
	}
	return done{true}, nil
}

// gitSSH returns a stand-in for a user's key, and the file of known hosts.
func (s *server) gitSSH(r *http.Request) (any, error) {
	if s.Git == nil {
		return nil, notFound("this process has no Git hosts")
	}
	identity, err := s.Git.Identity()
	return api.GitSSH{Identity: identity, KnownHosts: s.Git.KnownHosts(r.URL.Query()["host"]...)}, err
}

func (s *server) publishChart(r *http.Request) (any, error) {
	archive, err := s.archive(r)
	if err != nil {
		return nil, err
	}
	return s.changed(s.Registry.PublishChart(r.Context(), r.URL.Query().Get("repository"), archive))
}

func (s *server) publishArtifact(r *http.Request) (any, error) {
	archive, err := s.archive(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	origin := api.Origin{Source: q.Get("source"), Revision: q.Get("revision")}
	return s.changed(s.Registry.PublishArtifact(r.Context(), q.Get("reference"), origin, archive))
}

// archive reads an uploaded archive.
func (s *server) archive(r *http.Request) ([]byte, error) {
	if s.Registry == nil {
		return nil, notFound("this process has no registries")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, invalid("read the archive: %v", err)
	}
	return raw, nil
}

// changed answers with what was made; what was not made is the fault of the archive or of the address.
func (s *server) changed(value any, err error) (any, error) {
	if err != nil {
		return nil, invalid("%v", err)
	}
	if s.Changed != nil {
		s.Changed()
	}
	return value, nil
}
