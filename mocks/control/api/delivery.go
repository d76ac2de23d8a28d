package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// GitChange says where a commit goes and how it is described.
type GitChange struct {
	// Branch is created or moved; main unless set. The first branch of a repository is its default branch.
	Branch string
	// Tags are set to the commit.
	Tags []string
	// Message is the commit's.
	Message string
}

// GitCommit is the state of a branch after a change.
type GitCommit struct {
	Hash   string `json:"hash"`
	Branch string `json:"branch"`
	// Revision is the commit as Flux writes revisions of Git: BRANCH@sha1:HASH.
	Revision string `json:"revision"`
	// Unchanged says that the branch had these very files already: there is no new commit.
	Unchanged bool `json:"unchanged,omitempty"`
}

// GitAccess is the credential of a private repository over HTTP; the zero value makes a repository public.
type GitAccess struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// GitSSH is what a client of ssh needs: stand-ins for a user's own key and for the file of hosts that it knows.
type GitSSH struct {
	Identity   string `json:"identity"`
	KnownHosts string `json:"knownHosts"`
}

// Origin says what an artifact was made from.
type Origin struct {
	Source, Revision string
}

// Published is one thing that was published.
type Published struct {
	// URL is where it can be had: of an archive, or of a tag with scheme oci.
	URL string `json:"url"`
	// Digest is sha256:HEX: of the archive, or of the manifest.
	Digest string `json:"digest"`
}

// CommitFiles makes the files of a tar archive the content of a branch of the repository at a URL.
func (c *Client) CommitFiles(ctx context.Context, repository string, change GitChange, archive io.Reader) (GitCommit,
	error,
) {
	var out GitCommit
	query := url.Values{"url": {repository}, "branch": {change.Branch}, "message": {change.Message}, "tag": change.Tags}
	return out, c.upload(ctx, "/v1/git/commits", query, archive, &out)
}

// ProtectRepository makes the repository at a URL private, or public again.
func (c *Client) ProtectRepository(ctx context.Context, repository string, access GitAccess) error {
	return c.call(ctx, http.MethodPut, "/v1/git/access", url.Values{"url": {repository}}, access, nil)
}

// GitSSH returns what a client of ssh needs to read from hosts.
func (c *Client) GitSSH(ctx context.Context, hosts ...string) (GitSSH, error) {
	var out GitSSH
	return out, c.call(ctx, http.MethodGet, "/v1/git/ssh", url.Values{"host": hosts}, nil, &out)
}

// PublishChart puts the archive of a chart into the repository at a URL: of Helm by https, of an OCI registry by oci.
func (c *Client) PublishChart(ctx context.Context, repository string, archive io.Reader) (Published, error) {
	var out Published
	return out, c.upload(ctx, "/v1/charts", url.Values{"repository": {repository}}, archive, &out)
}

// PublishArtifact puts a compressed tar archive into an OCI registry at oci://HOST/PATH:TAG.
func (c *Client) PublishArtifact(ctx context.Context, reference string, origin Origin, archive io.Reader) (Published,
	error,
) {
	var out Published
	query := url.Values{"reference": {reference}, "source": {origin.Source}, "revision": {origin.Revision}}
	return out, c.upload(ctx, "/v1/artifacts", query, archive, &out)
}

// upload sends an archive as it is.
func (c *Client) upload(ctx context.Context, path string, query url.Values, archive io.Reader, out any) error {
	answer, err := c.send(ctx, http.MethodPost, path, query, archive, "application/octet-stream")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	if err := json.NewDecoder(io.LimitReader(answer, maxAnswer)).Decode(out); err != nil {
		return fmt.Errorf("control POST %s: read the answer: %w", path, err)
	}
	return nil
}
