package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"sigs.k8s.io/yaml"
)

const (
	maxIndex   = 64 << 20 // bytes of an index.yaml; large public ones have some 20 MiB
	maxArchive = 32 << 20 // bytes of a packaged chart
	transfer   = time.Minute
)

// unreachableError is a repository that gives no answer, as opposed to one that answers that it lacks a chart.
type unreachableError struct{ err error }

func (e *unreachableError) Error() string { return e.err.Error() }
func (e *unreachableError) Unwrap() error { return e.err }

// repository is one Helm repository over HTTP: an index.yaml, and archives that it lists.
type repository struct {
	url, cache string
	client     *http.Client
	timeout    time.Duration

	mu      sync.Mutex
	fetched bool
	index   *index
	err     error
}

// index is the part of a repository's index.yaml that is needed here.
type index struct {
	Entries map[string][]struct {
		Version string   `json:"version"`
		URLs    []string `json:"urls"`
		Digest  string   `json:"digest"`
	} `json:"entries"`
}

// chart returns a chart of the repository. An exact version that is in the cache needs no network.
func (r *repository) chart(ctx context.Context, ref ChartRef, offline bool) (*Chart, error) {
	if cached, err := os.ReadFile(r.cached(ref.Name, ref.Version)); err == nil {
		if chart, err := loader.LoadArchive(bytes.NewReader(cached)); err == nil && chart.Name() == ref.Name {
			return &Chart{chart, r.url + " (cached)"}, nil
		}
	}
	if offline {
		return nil, &unreachableError{errors.New("offline")}
	}
	if strings.HasPrefix(r.url, "oci://") {
		if r.fetched { // it did not answer before
			return nil, r.err
		}
		chart, err := r.pull(ctx, ref)
		if unreachable := new(unreachableError); errors.As(err, &unreachable) {
			r.fetched, r.err = true, err
		}
		return chart, err
	}
	list, err := r.fetchIndex(ctx)
	if err != nil {
		return nil, err
	}
	entries, ok := list.Entries[ref.Name]
	if !ok {
		return nil, &Error{
			Problem: fmt.Sprintf("repository %s has no chart %s", r.url, ref.Name),
			Remedy:  "correct spec.chart.spec.chart or the repository's URL",
		}
	}
	versions := make([]string, len(entries))
	for i, e := range entries {
		versions[i] = e.Version
	}
	version, err := choose(ref.Version, versions)
	if err != nil {
		return nil, &Error{
			Problem: fmt.Sprintf("repository %s has no version %q of chart %s", r.url, ref.Version, ref.Name),
			Remedy:  "choose one that it has, among them " + strings.Join(versions[:min(5, len(versions))], ", "), cause: err,
		}
	}
	entry := entries[slices.Index(versions, version)]
	if len(entry.URLs) == 0 {
		return nil, &Error{Problem: fmt.Sprintf("repository %s lists chart %s %s without an address", r.url, ref.Name,
			version), Remedy: "report it to its owner, or choose another version"}
	}
	address, err := resolveURL(r.url, entry.URLs[0])
	if err != nil {
		return nil, because(err, "", "", "repository "+r.url, "report it to its owner")
	}
	archive, err := r.get(ctx, address, maxArchive)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(archive); entry.Digest != "" &&
		strings.TrimPrefix(entry.Digest, "sha256:") != hex.EncodeToString(sum[:]) {
		return nil, &Error{Problem: fmt.Sprintf("chart %s: %s is not what the index of its repository promises: digests "+
			"differ", ref.Name, address), Remedy: "try again; if it stays so, do not use the chart"}
	}
	chart, err := loader.LoadArchive(bytes.NewReader(archive))
	if err != nil {
		return nil, because(err, "", "", "chart "+ref.Name+" of "+address, "report it to its owner, or choose another "+
			"version")
	}
	r.keep(ref.Name, version, archive)
	return &Chart{chart, address}, nil
}

// fetchIndex asks for the index once in the life of r.
func (r *repository) fetchIndex(ctx context.Context) (*index, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fetched {
		return r.index, r.err
	}
	text, err := r.get(ctx, r.url+"/index.yaml", maxIndex)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("ask %s: %w", r.url, ctx.Err())
	}
	r.fetched = true
	if err != nil {
		r.err = err
		return nil, err
	}
	r.index = &index{}
	if err := yaml.Unmarshal(text, r.index); err != nil || r.index.Entries == nil {
		// A captive portal or a block page answers with 200 as well.
		r.index, r.err = nil, &unreachableError{errors.Join(errors.New("its answer is no index of charts"), err)}
	}
	return r.index, r.err
}

func (r *repository) get(ctx context.Context, address string, most int64) ([]byte, error) {
	// The timeout is for the first byte: a repository that answers may take its time to send a large index.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := time.AfterFunc(r.timeout, cancel)
	defer patience.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, because(err, "", "", "address "+address, "correct the URL of the HelmRepository")
	}
	response, err := r.client.Do(request)
	if err != nil {
		if patience.Stop() {
			return nil, &unreachableError{err}
		}
		return nil, &unreachableError{fmt.Errorf("GET %s: nothing in %s: %w", address, r.timeout, err)}
	}
	patience.Reset(transfer)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, &unreachableError{fmt.Errorf("GET %s: %s", address, response.Status)}
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, &unreachableError{fmt.Errorf("GET %s: %w", address, err)}
	}
	if int64(len(content)) > most {
		return nil, &Error{
			Problem: fmt.Sprintf("%s has more than %d bytes", address, most),
			Remedy:  "use a smaller repository",
		}
	}
	return content, nil
}

// cached names the file of a chart in the cache: by repository, chart and exact version.
func (r *repository) cached(name, version string) string {
	if r.cache == "" {
		return ""
	}
	parsed, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(r.url + "|" + name + "|" + parsed.String()))
	return filepath.Join(r.cache, hex.EncodeToString(sum[:])[:32]+".tgz")
}

// keep writes a chart to the cache, whole or not at all. A cache that cannot be written is none.
func (r *repository) keep(name, version string, archive []byte) {
	path := r.cached(name, version)
	if path == "" || os.MkdirAll(r.cache, 0o750) != nil {
		return
	}
	temporary, err := os.CreateTemp(r.cache, "chart-*")
	if err != nil {
		return
	}
	_, writeErr := temporary.Write(archive)
	if errors.Join(writeErr, temporary.Close()) != nil || os.Rename(temporary.Name(), path) != nil {
		_ = os.Remove(temporary.Name())
	}
}

func trimURL(address string) string { return strings.TrimRight(address, "/") }

// resolveURL reads an address of an index, which may be relative to the repository.
func resolveURL(base, address string) (string, error) {
	from, err := url.Parse(base + "/")
	if err != nil {
		return "", fmt.Errorf("read %s: %w", base, err)
	}
	to, err := from.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", address, err)
	}
	return to.String(), nil
}

// exact reports whether a version is one version, and no range.
func exact(version string) bool {
	_, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	return err == nil
}

// fromFolder finds a chart in a folder of charts, or nil.
func fromFolder(folder string, ref ChartRef) *Chart {
	if folder == "" {
		return nil
	}
	var best *Chart
	for _, pattern := range []string{ref.Name, ref.Name + "-*.tgz", filepath.Join("*", ref.Name)} {
		matches, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			continue
		}
		for _, path := range matches {
			chart, err := loader.Load(path)
			if err != nil || chart.Name() != ref.Name {
				continue
			}
			if _, err := choose(ref.Version, []string{
				chart.Metadata.Version,
				strings.TrimPrefix(chart.Metadata.Version, "v"),
			}); err != nil && ref.Version != "" {
				continue
			}
			if best == nil || newer(chart.Metadata.Version, best.Metadata.Version) {
				best = &Chart{chart, path}
			}
		}
	}
	return best
}

func newer(a, b string) bool {
	first, errA := semver.NewVersion(a)
	second, errB := semver.NewVersion(b)
	return errA == nil && errB == nil && first.GreaterThan(second)
}
