package fault

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Commit is a change of the repository that a delivered route comes from, pushed as people push. Flux is requested to
// fetch it, as `flux reconcile source git` does.
type Commit struct {
	// Namespace is that of the route; the repository is that of its GitRepository.
	Namespace string `json:"namespace"`
	// File is changed by JSONPatch (RFC 6902); Files are written, those with an empty text removed.
	File      string            `json:"file,omitempty"`
	JSONPatch []map[string]any  `json:"jsonPatch,omitempty"`
	Files     map[string]string `json:"files,omitempty"`
	// Applied waits until the cluster has the commit.
	Applied bool `json:"applied,omitempty"`
}

func (c *Commit) check() error {
	if err := one("commit", "file and files", c.File != "", len(c.Files) > 0); err != nil {
		return err
	}
	if c.Namespace == "" || (c.File != "") != (len(c.JSONPatch) > 0) {
		return errors.New("commit: give namespace, and jsonPatch with file")
	}
	return nil
}

func (c *Commit) inject(ctx context.Context, i *Injector) (undo, error) {
	before, there := i.repository(c.Namespace)
	if !there {
		return undo{}, fmt.Errorf("commit: the route of Namespace %s is not delivered from Git: give "+
			"delivered", c.Namespace)
	}
	after, err := c.change(before)
	if err != nil {
		return undo{}, err
	}
	if maps.Equal(before, after) {
		return undo{}, fmt.Errorf("commit to the repository of Namespace %s: %w", c.Namespace, errNothing)
	}
	revision, err := i.Push(ctx, c.Namespace, after)
	if err != nil {
		return undo{}, err
	}
	back := undo{0, "commit to the repository of Namespace " + c.Namespace, func(ctx context.Context) error {
		_, err := i.Push(ctx, c.Namespace, before)
		return err
	}}
	if c.Applied {
		err = i.Applied(ctx, c.Namespace, revision)
	}
	if err != nil {
		return undo{}, errors.Join(err, back.do(context.WithoutCancel(ctx)))
	}
	return back, nil
}

// change is the repository after the commit.
func (c *Commit) change(before map[string]string) (map[string]string, error) {
	after := maps.Clone(before)
	for name, text := range c.Files {
		after[name] = text
		if text == "" {
			delete(after, name)
		}
	}
	if c.File == "" {
		return after, nil
	}
	raw, err := yaml.YAMLToJSON([]byte(before[c.File]))
	if err != nil {
		return nil, fmt.Errorf("commit: parse %s: %w", c.File, err)
	}
	operations, err := json.Marshal(c.JSONPatch)
	if err != nil {
		return nil, fmt.Errorf("commit: encode the patch of %s: %w", c.File, err)
	}
	patch, err := jsonpatch.DecodePatch(operations)
	if err == nil {
		raw, err = patch.Apply(raw)
	}
	if err != nil {
		return nil, fmt.Errorf("commit: patch %s: %w", c.File, err)
	}
	after[c.File] = string(raw) // JSON is YAML
	return after, nil
}

// Protect makes the repository of a delivered route private: Flux, which has no credential, is rejected.
type Protect struct {
	Namespace string `json:"namespace"`
}

func (p *Protect) check() error {
	if p.Namespace == "" {
		return errors.New("protect: give namespace")
	}
	return nil
}

func (p *Protect) inject(ctx context.Context, i *Injector) (undo, error) {
	url := RepositoryOf(p.Namespace)
	if err := i.Internet.ProtectRepository(ctx, url, api.GitAccess{Username: "robot", Password: "rotated"}); err != nil {
		return undo{}, fmt.Errorf("protect %s: %w", url, err)
	}
	return undo{0, "protection of " + url, func(ctx context.Context) error {
		return i.Internet.ProtectRepository(ctx, url, api.GitAccess{})
	}}, nil
}

// Reconcile requests a reconciliation of an object of Flux, as `flux reconcile` does, and waits until it was tried.
// It is requested once more when the fault is undone.
type Reconcile struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

func (r *Reconcile) check() error {
	if r.Kind == "" {
		return errors.New("reconcile: give kind")
	}
	return Named{r.Namespace, r.Name}.check("reconcile")
}

func (r *Reconcile) inject(ctx context.Context, i *Injector) (undo, error) {
	ref := flux.Ref{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
	return undo{1, "reconciliation of " + ref.String(), func(ctx context.Context) error {
		return client.IgnoreNotFound(i.request(ctx, ref))
	}}, i.request(ctx, ref)
}

// Delivery is the name of the objects of Flux that deliver a route, in its namespace.
const Delivery = "delivery"

// RepositoryOf is the URL of the repository that a delivered route comes from.
func RepositoryOf(namespace string) string { return "https://git.edgeproof.dev/routes/" + namespace }

// repository is what the repository of a delivered route has.
func (i *Injector) repository(namespace string) (map[string]string, bool) {
	i.delays.Lock()
	defer i.delays.Unlock()
	files, there := i.repositories[namespace]
	return maps.Clone(files), there
}

// Push makes a commit of the files in the repository of a delivered route, and has Flux fetch it where its
// GitRepository is there. It returns the revision.
func (i *Injector) Push(ctx context.Context, namespace string, files map[string]string) (string, error) {
	archive, err := archiveOf(files)
	if err != nil {
		return "", err
	}
	commit, err := i.Internet.CommitFiles(ctx, RepositoryOf(namespace), api.GitChange{Message: "change of the " +
		"route"}, archive)
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", RepositoryOf(namespace), err)
	}
	i.delays.Lock()
	if i.repositories == nil {
		i.repositories = map[string]map[string]string{}
	}
	i.repositories[namespace] = maps.Clone(files)
	i.delays.Unlock()
	err = i.request(ctx, flux.Ref{Kind: flux.GitRepository, Namespace: namespace, Name: Delivery})
	return commit.Revision, client.IgnoreNotFound(err)
}

func archiveOf(files map[string]string) (*bytes.Buffer, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	to := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[name]))}
		if err := to.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("archive %s: %w", name, err)
		}
		if _, err := to.Write([]byte(files[name])); err != nil {
			return nil, fmt.Errorf("archive %s: %w", name, err)
		}
	}
	if err := errors.Join(to.Close(), zip.Close()); err != nil {
		return nil, fmt.Errorf("archive the files of a commit: %w", err)
	}
	return &out, nil
}

// request asks for a reconciliation and waits until it was tried, whatever came of it.
func (i *Injector) request(ctx context.Context, ref flux.Ref) error {
	at := time.Now().Format(time.RFC3339Nano)
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, flux.RequestedAt, at)
	o := flux.Blank(ref)
	if err := i.Client.Patch(ctx, o, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return err
	}
	_, err := await.Until(ctx, i.Budgets.FaultVisible, "reconciliation of "+ref.String(),
		func(ctx context.Context) await.Answer {
			now, err := i.read(ctx, ref)
			switch {
			case err != nil:
				return await.Wait("%v", err)
			case now.State == flux.Suspended, now.HandledRequest == at:
				return await.Done("tried")
			}
			return await.Wait("it is %s: %s", now.State, now.Message)
		})
	return err
}

// Applied waits until what delivers a route has a revision in the cluster.
func (i *Injector) Applied(ctx context.Context, namespace, revision string) error {
	ref := flux.Ref{Kind: flux.Kustomization, Namespace: namespace, Name: Delivery}
	_, err := await.Until(ctx, i.Budgets.Delivered, "delivery of "+flux.ShortRevision(revision)+" by "+ref.String(),
		func(ctx context.Context) await.Answer {
			o, err := i.read(ctx, ref)
			switch {
			case err != nil:
				return await.Wait("%v", err)
			case !o.ReadyAt(revision):
				return await.Wait("it is %s at %s: %s", o.State, flux.ShortRevision(o.Revision), o.Message)
			}
			for _, a := range o.Inventory {
				if a.Kind != flux.HelmRelease {
					continue
				}
				release, err := i.read(ctx, flux.Ref{Kind: a.Kind, Namespace: a.Namespace, Name: a.Name})
				if err != nil || release.State != flux.Ready || release.Unobserved {
					return await.Wait("%s is %s: %s", release.Ref, release.State, release.Message)
				}
			}
			return await.Done("applied")
		})
	return err
}

func (i *Injector) read(ctx context.Context, ref flux.Ref) (flux.Object, error) {
	o := flux.Blank(ref)
	if err := i.Client.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
		return flux.Object{Ref: ref}, err
	}
	return flux.Read(o)
}
