package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	chart "helm.sh/helm/v4/pkg/chart/v2"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func mediaType(s string) types.MediaType { return types.MediaType(s) }

// host is all that is published on one host.
type host struct {
	name string
	now  func() time.Time
	oci  http.Handler

	mu       sync.RWMutex
	indexes  map[string]*index // by the path of the repository
	archives map[string][]byte // by path
}

func newHost(hostName string, now func() time.Time) *host {
	return &host{
		name: hostName, now: now, indexes: map[string]*index{}, archives: map[string][]byte{},
		oci: registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true)),
	}
}

// addChart puts a chart into the Helm repository at a path.
func (h *host) addChart(at string, metadata *chart.Metadata, archive []byte) (api.Published, error) {
	hash, _, err := v1.SHA256(bytes.NewReader(archive))
	if err != nil {
		return api.Published{}, fmt.Errorf("digest the archive: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	file := metadata.Name + "-" + metadata.Version + ".tgz"
	where := path.Join(at, file)
	done := api.Published{URL: "https://" + h.name + "/" + where, Digest: hash.String()}
	if before, there := h.archives[where]; there {
		if !bytes.Equal(before, archive) {
			return api.Published{}, fmt.Errorf("chart %s has a version %s with other content: a release does not change, give "+
				"it another version", metadata.Name, metadata.Version)
		}
		return done, nil
	}
	if h.indexes[at] == nil {
		h.indexes[at] = newIndex()
	}
	if err := h.indexes[at].add(metadata, file, hash.Hex, h.now()); err != nil {
		return api.Published{}, err
	}
	h.archives[where] = archive
	return done, nil
}

// file returns what a Helm repository has at a path, and its media type.
func (h *host) file(at string) ([]byte, string, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if archive, there := h.archives[at]; there {
		return archive, "application/gzip", true
	}
	before, isIndex := strings.CutSuffix("/"+at, "/index.yaml")
	listed := h.indexes[strings.TrimPrefix(before, "/")]
	if !isIndex || listed == nil {
		return nil, "", false
	}
	raw, err := listed.encode()
	return raw, "application/yaml", err == nil
}

// push puts an artifact into the OCI registry, as a client does.
func (h *host) push(ctx context.Context, at, tag string, a artifact) (api.Published, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	reference, err := name.NewTag(h.name + "/" + at + ":" + tag)
	if err != nil {
		return api.Published{}, fmt.Errorf("read the reference: %w", err)
	}
	raw, hash, err := a.manifest()
	if err != nil {
		return api.Published{}, err
	}
	done := api.Published{URL: ociScheme + "://" + h.name + "/" + at + ":" + tag, Digest: hash.String()}
	options := []remote.Option{remote.WithContext(ctx), remote.WithTransport(direct{h.oci})}
	if before, err := remote.Head(reference, options...); err == nil && a.fixed && before.Digest != hash {
		return api.Published{}, fmt.Errorf("%s is there with other content: a release does not change, give it another "+
			"version", done.URL)
	}
	for _, c := range []content{a.config, a.layer} {
		if err := remote.WriteLayer(reference.Context(), static.NewLayer(c.raw, mediaType(c.mediaType)),
			options...); err != nil {
			return api.Published{}, fmt.Errorf("push content: %w", err)
		}
	}
	if err := remote.Put(reference, rawManifest(raw), options...); err != nil {
		return api.Published{}, fmt.Errorf("push the manifest: %w", err)
	}
	return done, nil
}

// manifest is the artifact's, by the image specification.
func (a artifact) manifest() ([]byte, v1.Hash, error) {
	config, err := a.config.descriptor()
	if err != nil {
		return nil, v1.Hash{}, err
	}
	layer, err := a.layer.descriptor()
	if err != nil {
		return nil, v1.Hash{}, err
	}
	raw, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: config, Layers: []v1.Descriptor{layer},
		Annotations: a.annotations,
	})
	if err != nil {
		return nil, v1.Hash{}, fmt.Errorf("encode the manifest: %w", err)
	}
	hash, _, err := v1.SHA256(bytes.NewReader(raw))
	return raw, hash, err
}

// rawManifest is a manifest as remote.Put takes it.
type rawManifest []byte

// RawManifest returns the bytes.
func (m rawManifest) RawManifest() ([]byte, error) { return m, nil }

// MediaType is that of an OCI manifest.
func (m rawManifest) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }
