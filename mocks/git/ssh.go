package git

import (
	"context"
	"crypto/subtle"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/gliderlabs/ssh"
	"github.com/go-git/go-git/v6/plumbing/transport"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// KnownHosts is the file by which an ssh client recognizes the given hosts, sorted.
func (s *Server) KnownHosts(hosts ...string) string {
	var b strings.Builder
	for _, host := range slices.Sorted(slices.Values(hosts)) {
		b.WriteString(knownhosts.Line([]string{host}, s.hostKey.PublicKey()) + "\n")
	}
	return b.String()
}

// Identity is the private key that ssh admits, as the file that `ssh-keygen` writes: a stand-in for the user's own.
func (s *Server) Identity() (string, error) {
	block, err := gossh.MarshalPrivateKey(s.secret, "edgeproof")
	if err != nil {
		return "", fmt.Errorf("encode the ssh identity: %w", err)
	}
	return string(pem.EncodeToMemory(block)), nil
}

// ServeSSH answers on a listener until ctx ends; a clean end is nil.
func (s *Server) ServeSSH(ctx context.Context, l net.Listener) error {
	server := &ssh.Server{
		Handler: func(session ssh.Session) { s.session(session) }, //nolint:contextcheck // a session has its own
		PublicKeyHandler: func(_ ssh.Context, key ssh.PublicKey) bool {
			return subtle.ConstantTimeCompare(key.Marshal(), s.client.PublicKey().Marshal()) == 1
		},
	}
	server.AddHostKey(s.hostKey)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve ssh on %s: %w", l.Addr(), err)
	case <-ctx.Done():
		_ = server.Close() // sessions under way end too: a fetch is tried again
		<-ended            //nolint:errcheck // it only reports that the server is closed
		return nil
	}
}

// session runs the one command of a session: git-upload-pack 'PATH'.
func (s *Server) session(session ssh.Session) {
	began := s.now()
	e := api.JournalEntry{
		Time: began, Source: api.SourceGit, Client: journal.ClientOf(session.RemoteAddr().String()),
		Outcome: "ok",
	}
	e.Detail = map[string]string{"transport": "ssh"}
	err := s.command(session, &e)
	if err != nil {
		e.Outcome = err.Error()
		_, _ = fmt.Fprintf(session.Stderr(), "%s\n", err)
		_ = session.Exit(1)
	} else {
		_ = session.Exit(0)
	}
	e.Millis = s.since(began)
	s.record(e)
}

func (s *Server) command(session ssh.Session, e *api.JournalEntry) error {
	e.Op = "fetch " + session.RawCommand()
	command := session.Command()
	if len(command) != 2 || command[0] != transport.UploadPackService {
		return errors.New("this host serves git-upload-pack and nothing else")
	}
	path, _ := cleanPath(command[1])
	at, err := s.atPath(path)
	if err != nil {
		return err
	}
	repository, _ := s.find(at)
	e.Op = "fetch " + at.String()
	protocol := ""
	for _, variable := range session.Environ() {
		if value, found := strings.CutPrefix(variable, "GIT_PROTOCOL="); found {
			protocol = value
		}
	}
	return s.serve(session.Context(), stream{session}, repository.store, protocol)
}

// atPath finds a repository by its path alone: ssh has no server name.
func (s *Server) atPath(path string) (Address, error) {
	var found []string
	var last Address
	for _, at := range s.Addresses() {
		if at.Path == path {
			found, last = append(found, at.String()), at
		}
	}
	switch len(found) {
	case 0:
		return Address{}, errors.New("ERROR: Repository not found.") //nolint:revive,staticcheck // GitHub's own words
	case 1:
		return last, nil
	}
	return Address{}, fmt.Errorf("ssh does not say which of %s is meant: give one of them another path",
		strings.Join(found, ", "))
}

// stream is a session whose end is the server's to send.
type stream struct{ io.ReadWriter }

// Close leaves the session open: its exit status is sent later.
func (stream) Close() error { return nil }
