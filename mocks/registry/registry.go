// Package registry is where charts and artifacts are published in the fake internet: Helm repositories (an index.yaml
// and archives) and OCI registries, by host name.
//
// It knows both protocols, by Helm's and go-containerregistry's own packages. What it serves is put there by calls and
// from nowhere else: a client can pull and cannot push. It must not know what a chart is for.
package registry

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// ociScheme is how Helm and Flux mark a reference to an OCI registry.
const ociScheme = "oci"

// Options is what a server is made of.
type Options struct {
	// Journal gets every request; nil keeps none.
	Journal journal.Recorder
	// Now is the clock of indexes and journal; time.Now unless set.
	Now func() time.Time
}

// Server holds what is published. It is safe for concurrent use.
type Server struct {
	journal journal.Recorder
	now     func() time.Time

	mu    sync.RWMutex
	hosts map[string]*host
}

// New returns a server on which nothing is published.
func New(o Options) *Server {
	s := &Server{journal: o.Journal, now: o.Now, hosts: map[string]*host{}}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// Hosts lists the hosts on which something is published, sorted.
func (s *Server) Hosts() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := make([]string, 0, len(s.hosts))
	for name := range s.hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Clear forgets all that is published.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hosts)
}

// find returns a host by its name; nil where nothing is published on it.
func (s *Server) find(name string) *host {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.hosts[name]
}

// host returns a host by its name, and makes it when it is not there.
func (s *Server) host(name string) *host {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hosts[name] == nil {
		s.hosts[name] = newHost(name, s.now)
	}
	return s.hosts[name]
}

// location is a parsed URL of a repository or a reference.
type location struct {
	scheme, host, path string // the path has no slash at either end
}

func parse(raw string) (location, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return location{}, fmt.Errorf("read the URL %q: %w", raw, err)
	}
	at := location{scheme: u.Scheme, host: strings.ToLower(u.Hostname()), path: strings.Trim(u.Path, "/")}
	if !slices.Contains([]string{"https", "http", ociScheme}, at.scheme) || at.host == "" {
		return location{}, fmt.Errorf("%q is not the URL of a repository: give https://HOST/PATH or oci://HOST/PATH",
			u.Redacted())
	}
	return at, nil
}

func (s *Server) record(e api.JournalEntry) {
	if s.journal != nil {
		s.journal.Record(e)
	}
}

func (s *Server) since(began time.Time) float64 {
	return float64(s.now().Sub(began).Microseconds()) / 1000
}
