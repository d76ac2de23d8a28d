package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// The media types of charts (https://helm.sh/docs/topics/registries/) and of Flux's artifacts
// (https://fluxcd.io/flux/cheatsheets/oci-artifacts/).
const (
	helmConfig  = "application/vnd.cncf.helm.config.v1+json"
	helmContent = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	fluxConfig  = "application/vnd.cncf.flux.config.v1+json"
	fluxContent = "application/vnd.cncf.flux.content.v1.tar+gzip"
)

// PublishChart puts the archive of a chart into a repository: of Helm by https://HOST/PATH, of an OCI registry by
// oci://HOST/PATH, as `helm push` does. A version that is there cannot be replaced by another.
func (s *Server) PublishChart(ctx context.Context, repository string, archive []byte) (api.Published, error) {
	p, err := s.publishChart(ctx, repository, archive)
	return p, s.published("chart", repository, p, err)
}

func (s *Server) publishChart(ctx context.Context, repository string, archive []byte) (api.Published, error) {
	at, err := parse(repository)
	if err != nil {
		return api.Published{}, err
	}
	c, err := loader.LoadArchive(bytes.NewReader(archive))
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return api.Published{}, fmt.Errorf("read the chart's archive: %w", err)
	}
	if at.scheme == ociScheme {
		return s.pushChart(ctx, at, c.Metadata, archive)
	}
	return s.host(at.host).addChart(at.path, c.Metadata, archive)
}

// pushChart makes an OCI artifact of a chart: https://helm.sh/docs/topics/registries/
func (s *Server) pushChart(ctx context.Context, at location, metadata *chart.Metadata, archive []byte) (api.Published,
	error,
) {
	config, err := json.Marshal(metadata)
	if err != nil {
		return api.Published{}, fmt.Errorf("encode the chart's metadata: %w", err)
	}
	at.path = strings.TrimPrefix(at.path+"/"+metadata.Name, "/")
	tag := strings.ReplaceAll(metadata.Version, "+", "_") // a tag has no plus
	return s.host(at.host).push(ctx, at.path, tag, artifact{
		config: content{helmConfig, config}, layer: content{helmContent, archive}, fixed: true,
	})
}

// PublishArtifact puts a tar archive, compressed by gzip, into an OCI registry at oci://HOST/PATH:TAG, as
// `flux push artifact` does. A tag may move.
func (s *Server) PublishArtifact(ctx context.Context, reference string, origin api.Origin,
	archive []byte,
) (api.Published, error) {
	p, err := s.publishArtifact(ctx, reference, origin, archive)
	return p, s.published("artifact", reference, p, err)
}

func (s *Server) publishArtifact(ctx context.Context, reference string, origin api.Origin,
	archive []byte,
) (api.Published, error) {
	at, err := parse(reference)
	if err != nil {
		return api.Published{}, err
	}
	path, tag, tagged := strings.Cut(at.path, ":")
	if at.scheme != ociScheme || !tagged || path == "" || tag == "" {
		return api.Published{}, fmt.Errorf("%q is not a reference to an artifact: give oci://HOST/PATH:TAG", reference)
	}
	return s.host(at.host).push(ctx, path, tag, artifact{
		config: content{fluxConfig, []byte("{}")}, layer: content{fluxContent, archive},
		annotations: map[string]string{
			"org.opencontainers.image.created":  s.now().UTC().Format("2006-01-02T15:04:05Z"),
			"org.opencontainers.image.source":   origin.Source,
			"org.opencontainers.image.revision": origin.Revision,
		},
	})
}

// published notes what was published, and makes an error name the operation.
func (s *Server) published(what, at string, p api.Published, err error) error {
	e := api.JournalEntry{Source: api.SourceControl, Op: "publish " + what + " " + at, Outcome: p.Digest}
	if err != nil {
		err = fmt.Errorf("publish %s at %s: %w", what, at, err)
		e.Outcome = err.Error()
	} else {
		e.Detail = map[string]string{"url": p.URL}
	}
	s.record(e)
	return err
}

// content is bytes of a media type.
type content struct {
	mediaType string
	raw       []byte
}

// artifact is what a tag of an OCI registry points to.
type artifact struct {
	config, layer content
	annotations   map[string]string
	fixed         bool // the tag does not move
}

func (c content) descriptor() (v1.Descriptor, error) {
	hash, size, err := v1.SHA256(bytes.NewReader(c.raw))
	if err != nil {
		return v1.Descriptor{}, fmt.Errorf("digest content: %w", err)
	}
	return v1.Descriptor{MediaType: mediaType(c.mediaType), Digest: hash, Size: size}, nil
}
