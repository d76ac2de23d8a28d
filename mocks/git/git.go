// Package git is the Git hosts of the fake internet: repositories by host and path, as smart HTTP and ssh serve them.
//
// It knows Git's objects, references and transports; the wire is go-git's. Commits come from archives of folders and
// from nowhere else: a client can fetch and cannot push. It must not know what a repository is for.
package git

import (
	"cmp"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v6/plumbing/transport"
	"github.com/go-git/go-git/v6/storage"
	"golang.org/x/crypto/ssh"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// Address is where a repository is: a host and a path without leading slash and without ".git".
type Address struct{ Host, Path string }

func (a Address) String() string { return a.Host + "/" + a.Path }

// ParseAddress reads the URL of a repository: https, http, ssh, or the short form of ssh, git@host:org/repository.
func ParseAddress(raw string) (Address, error) {
	u, err := transport.ParseURL(raw)
	if err != nil {
		return Address{}, fmt.Errorf("read the URL of a repository %q: %w", raw, err)
	}
	path, ok := cleanPath(u.Path)
	if !slices.Contains([]string{"https", "http", "ssh"}, u.Scheme) || u.Hostname() == "" || !ok {
		return Address{}, fmt.Errorf("%q is not the URL of a repository: give https://HOST/PATH or ssh://git@HOST/PATH",
			redact(raw))
	}
	return Address{Host: strings.ToLower(u.Hostname()), Path: path}, nil
}

// cleanPath drops what hosts leave out of a repository's path, and refuses what is none.
func cleanPath(path string) (string, bool) {
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return "", false
		}
	}
	return path, true
}

// redact takes a password out of a URL that is part of a message.
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "the URL"
	}
	return u.Redacted()
}

// Options is what a server is made of.
type Options struct {
	// Journal gets every request; nil keeps none.
	Journal journal.Recorder
	// Now is the clock of commits and journal; time.Now unless set.
	Now func() time.Time
}

// Server holds repositories and serves them. It is safe for concurrent use.
type Server struct {
	journal journal.Recorder
	now     func() time.Time
	hostKey ssh.Signer
	client  ssh.Signer
	secret  ed25519.PrivateKey // the client's

	mu           sync.RWMutex
	repositories map[Address]repository
}

// repository is one state of a repository. A store is never written after it is here, so readers need no lock and a
// commit that fails leaves nothing behind.
type repository struct {
	store  storage.Storer
	size   int64 // of all blobs
	access api.GitAccess
}

// New returns a server without repositories, with a host key and a client's key of its own.
func New(o Options) (*Server, error) {
	s := &Server{journal: o.Journal, now: o.Now, repositories: map[Address]repository{}}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.hostKey, _, err = newKey(); err != nil {
		return nil, err
	}
	s.client, s.secret, err = newKey()
	return s, err
}

func newKey() (ssh.Signer, ed25519.PrivateKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make an ssh key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("make an ssh key: %w", err)
	}
	return signer, private, nil
}

// Protect makes a repository private: over HTTP only this credential reads it. The zero value makes it public again.
func (s *Server) Protect(at Address, access api.GitAccess) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.repositories[at]
	if !ok {
		return &NotFoundError{Address: at}
	}
	r.access = access
	s.repositories[at] = r
	return nil
}

// Addresses lists the repositories, sorted.
func (s *Server) Addresses() []Address {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := make([]Address, 0, len(s.repositories))
	for at := range s.repositories {
		found = append(found, at)
	}
	slices.SortFunc(found, func(a, b Address) int { return cmp.Compare(a.String(), b.String()) })
	return found
}

// Clear forgets all repositories. The keys stay.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.repositories)
}

// NotFoundError is a repository that was never committed to.
type NotFoundError struct{ Address Address }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("repository %s does not exist: commit to it first", e.Address)
}

func (s *Server) find(at Address) (repository, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.repositories[at]
	return r, ok
}
