package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	reference "github.com/google/go-containerregistry/pkg/name"
	registry "github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// chartLayer is the media type of the layer that is a chart's archive:
// https://helm.sh/docs/topics/registries/#oci-feature-deprecation-and-behavior-changes
const chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

// pull takes a chart from an OCI registry. It uses the credentials that the machine has for the registry, as every
// client does.
func (r *repository) pull(ctx context.Context, ref ChartRef) (*Chart, error) {
	address := strings.TrimPrefix(r.url, "oci://") + "/" + ref.Name
	within, cancel := context.WithTimeout(ctx, r.timeout+transfer)
	defer cancel()
	options := []registry.Option{
		registry.WithContext(within), registry.WithAuthFromKeychain(authn.DefaultKeychain),
		registry.WithTransport(r.transport()),
	}
	repository, err := reference.NewRepository(address)
	if err != nil {
		return nil, because(err, "", "", "address "+address, "correct the URL of the repository")
	}
	var image reference.Reference = repository.Digest(ref.Digest)
	if ref.Digest == "" {
		tag := strings.ReplaceAll(ref.Version, "+", "_")
		if !exact(ref.Version) {
			if tag, err = r.newest(repository, ref.Version, options); err != nil {
				return nil, err
			}
		}
		image = repository.Tag(tag)
	}
	content, err := registry.Image(image, options...)
	if err != nil {
		return nil, silentOr(err, fmt.Sprintf("registry has no chart %s", image))
	}
	layers, err := content.Layers()
	if err != nil {
		return nil, silentOr(err, fmt.Sprintf("chart %s", image))
	}
	for _, layer := range layers {
		if kind, err := layer.MediaType(); err != nil || string(kind) != chartLayer {
			continue
		}
		stream, err := layer.Compressed()
		if err != nil {
			return nil, silentOr(err, fmt.Sprintf("chart %s", image))
		}
		defer func() { _ = stream.Close() }()
		archive, err := io.ReadAll(io.LimitReader(stream, maxArchive))
		if err != nil {
			return nil, silentOr(err, fmt.Sprintf("chart %s", image))
		}
		chart, err := loader.LoadArchive(bytes.NewReader(archive))
		if err != nil {
			return nil, because(err, "", "", "chart "+image.String(), "choose another version")
		}
		r.keep(ref.Name, chart.Metadata.Version, archive)
		return &Chart{chart, "oci://" + image.String()}, nil
	}
	return nil, &Error{
		Problem: fmt.Sprintf("%s is no chart: no layer of type %s", image, chartLayer),
		Remedy:  "correct the URL",
	}
}

// newest chooses among the tags of a repository.
func (r *repository) newest(repository reference.Repository, want string, options []registry.Option) (string, error) {
	tags, err := registry.List(repository, options...)
	if err != nil {
		return "", silentOr(err, "tags of "+repository.String())
	}
	version, err := choose(strings.ReplaceAll(want, "_", "+"), tags)
	if err != nil {
		return "", &Error{
			Problem: fmt.Sprintf("%s has no version %q", repository, want), Remedy: "choose one that it has",
			cause: err,
		}
	}
	return version, nil
}

func (r *repository) transport() http.RoundTripper {
	base := r.client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	return firstByte{base, r}
}

// firstByte gives up on a registry that does not begin to answer.
type firstByte struct {
	base http.RoundTripper
	of   *repository
}

func (f firstByte) RoundTrip(request *http.Request) (*http.Response, error) {
	answer := make(chan error, 1)
	var response *http.Response
	ctx, cancel := context.WithCancel(request.Context())
	go func() {
		var err error
		response, err = f.base.RoundTrip(request.WithContext(ctx))
		answer <- err
	}()
	patience, stop := context.WithTimeout(request.Context(), f.of.timeout)
	defer stop()
	select {
	case err := <-answer:
		if err != nil {
			cancel()
			return nil, err
		}
		response.Body = endOf{response.Body, cancel}
		return response, nil
	case <-patience.Done():
		cancel()
		return nil, fmt.Errorf("%s %s: nothing in %s", request.Method, request.URL, f.of.timeout)
	}
}

// endOf ends the request's context when its answer is closed.
type endOf struct {
	io.ReadCloser

	cancel context.CancelFunc
}

func (e endOf) Close() error {
	defer e.cancel()
	return e.ReadCloser.Close()
}

// silentOr distinguishes a registry that answered that it lacks something from one that did not answer, or refused us.
func silentOr(err error, problem string) error {
	var answered *transport.Error
	if errors.As(err, &answered) && answered.StatusCode == http.StatusNotFound {
		return &Error{Problem: problem, Remedy: "correct the URL or the version", cause: err}
	}
	return &unreachableError{err}
}
