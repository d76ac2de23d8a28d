package supply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/cluster"
)

const (
	// pulledRepository is the repository of finished node images whose base is kind's own. It is not the one of images
	// built here, because those bring their own pod network and kind's do not.
	pulledRepository = "edgeproof.dev/kindest-node"
	// bakeName begins the names of containers in which images are imported. It is a name and no label, because an image
	// inherits the labels of the container that it is committed from, and hands them on to the nodes made of it.
	bakeName = "edgeproof-bake-"
)

// importAll starts containerd alone in the node and imports every archive into the namespace of Kubernetes, unpacking
// nothing: that is done when a pod first needs it, on the file system of the cluster.
const importAll = `set -eu
containerd >/tmp/containerd.log 2>&1 &
pid=$!
n=0
until ctr version >/dev/null 2>&1; do
  n=$((n+1)); if [ "$n" -gt 100 ] || ! kill -0 "$pid"; then cat /tmp/containerd.log >&2; exit 1; fi
  sleep 0.1
done
for archive in /edgeproof/*.tar; do
  ctr -n k8s.io images import --no-unpack "$archive" >/dev/null
done
while read -r imported pinned; do
  ctr -n k8s.io images tag --force --skip-reference-check "$imported" "$pinned" >/dev/null
done < /edgeproof/pins
ctr -n k8s.io images ls -q
kill "$pid"; wait "$pid" || [ $? -eq 143 ] || true
rm -rf /tmp/containerd.log`

// finishedNode is what is noted of a finished node image. The note is bound to the image by its id, because not every
// engine can put a label on an image that it commits.
type finishedNode struct {
	ID     string     `json:"id"`
	Images []Provided `json:"images"`
}

func (s *Supplier) noteFile(key string) string {
	return filepath.Join(s.Cache, "nodes", short(key)+".json")
}

// finished returns what is inside a finished node image, when the engine has it and it is whole.
func (s *Supplier) finished(ctx context.Context, image, key string) ([]Provided, bool) {
	raw, err := os.ReadFile(s.noteFile(key))
	if err != nil {
		return nil, false
	}
	var note finishedNode
	if json.Unmarshal(raw, &note) != nil || note.ID == "" {
		return nil, false
	}
	id, err := s.imageID(ctx, image)
	return note.Images, err == nil && id == note.ID
}

func (s *Supplier) imageID(ctx context.Context, image string) (string, error) {
	out, err := s.Engine.Output(ctx, "image", "inspect", "--format", "{{.Id}}", image)
	return strings.TrimSpace(string(out)), err
}

// note records the content of a node image that was just committed.
func (s *Supplier) note(ctx context.Context, image, key string, inside []Provided) error {
	id, err := s.imageID(ctx, image)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(finishedNode{ID: id, Images: inside})
	if err != nil {
		return fmt.Errorf("note node image: %w", err)
	}
	file := s.noteFile(key)
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("note node image: %w", err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return fmt.Errorf("note node image: %w", err)
	}
	return nil
}

// bake makes the finished node image: the base with every archive imported into its containerd.
func (w *work) bake(ctx context.Context, image string) ([]Provided, error) {
	inside := []Provided{w.baseTar.Provided}
	for _, a := range w.made {
		inside = append(inside, a.Provided)
	}
	slices.SortFunc(inside, func(a, b Provided) int { return strings.Compare(a.Reference, b.Reference) })
	err := w.Log.Run(fmt.Sprintf("put %d images into node image %s", len(w.made), image), func() error {
		if err := w.bakeInto(ctx, image); err != nil {
			return err
		}
		return w.note(ctx, image, w.plan.key, inside)
	})
	if err != nil {
		return nil, fmt.Errorf("make node image %s: %w", image, err)
	}
	return inside, w.prune(ctx, image)
}

func (w *work) bakeInto(ctx context.Context, image string) (err error) {
	if _, err := w.Engine.Output(ctx, "load", "--input", w.baseTar.path); err != nil {
		return err
	}
	archives := filepath.Join(w.dir, "edgeproof")
	if err := linkArchives(archives, w.made); err != nil {
		return err
	}
	container := bakeName + short(w.plan.key)
	args := []string{"run", "--detach", "--name", container, "--network", "none", "--security-opt", "seccomp=unconfined"}
	if _, err := os.Stat("/sys/fs/selinux/enforce"); err == nil {
		args = append(args, "--security-opt", "label=disable") // or the archives could not be read in there
	}
	args = append(args, "--volume", archives+":/edgeproof:ro", "--entrypoint", "sleep", w.plan.base.ref.name, "infinity")
	if _, err := w.Engine.Output(ctx, args...); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		// Killed first: its only process does not listen to the signal that podman's rm would wait ten seconds for.
		_, killErr := w.Engine.Output(ctx, "kill", container)
		_, removeErr := w.Engine.Output(ctx, "rm", "--force", "--volumes", container)
		err = errors.Join(err, killErr, removeErr)
	}()
	out, err := w.Engine.Output(ctx, "exec", container, "bash", "-c", importAll)
	if err != nil {
		return err
	}
	if err := allImported(string(out), w.made); err != nil {
		return err
	}
	entrypoint, err := json.Marshal(nodeEntrypoint())
	if err != nil {
		return fmt.Errorf("encode entrypoint: %w", err)
	}
	_, err = w.Engine.Output(ctx, "commit", "--change", "ENTRYPOINT "+string(entrypoint), "--change", "CMD []",
		container, image)
	return err
}

// linkArchives puts all archives into one folder that is mounted into the container, and beside them the names
// by digest that manifests pin: an import names an image by its tag only, and the kubelet requests the pinned
// one by digest.
func linkArchives(dir string, archives []archive) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make folder of archives: %w", err)
	}
	var pins strings.Builder
	for n, a := range archives {
		if err := os.Link(a.path, filepath.Join(dir, fmt.Sprintf("%02d.tar", n))); err != nil {
			return fmt.Errorf("gather archives: %w", err)
		}
		if a.Pinned != "" {
			fmt.Fprintf(&pins, "%s %s\n", a.Imported, a.Pinned)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "pins"), []byte(pins.String()), 0o600); err != nil {
		return fmt.Errorf("gather archives: %w", err)
	}
	return nil
}

// allImported checks what containerd lists against what was to be imported.
func allImported(listed string, archives []archive) error {
	have := map[string]bool{}
	for _, name := range strings.Fields(listed) {
		have[name] = true
	}
	for _, a := range archives {
		for _, name := range []string{a.Imported, a.Pinned} {
			if name != "" && !have[name] {
				return fmt.Errorf("containerd does not list %s after the import; it lists: %s", name,
					strings.Join(strings.Fields(listed), " "))
			}
		}
	}
	return nil
}

// removeLeftovers removes containers in which a killed run was baking. Their names are compared here: the engines do
// not agree on what a name filter means.
func (s *Supplier) removeLeftovers(ctx context.Context) error {
	out, err := s.Engine.Output(ctx, "ps", "--all", "--format", "{{.Names}}")
	if err != nil {
		return err
	}
	for _, name := range strings.Fields(string(out)) {
		if !strings.HasPrefix(name, bakeName) {
			continue
		}
		if _, err := s.Engine.Output(ctx, "rm", "--force", "--volumes", name); err != nil {
			return err
		}
	}
	return nil
}

// keepNodes is how many finished node images stay: going to and fro between two bundles bakes nothing.
const keepNodes = 3

// prune removes node images beyond the newest, which would fill the disk: those that no container uses. Engines list
// the newest first.
func (w *work) prune(ctx context.Context, keep string) error {
	out, err := w.Engine.Output(ctx, "images", "--format", "{{.Repository}}:{{.Tag}}")
	if err != nil {
		return err
	}
	used, err := w.Engine.Output(ctx, "ps", "--all", "--format", "{{.Image}}")
	if err != nil {
		return err
	}
	kept, inUse := 0, map[string]bool{keep: true}
	for _, name := range strings.Fields(string(used)) {
		inUse[name] = true
	}
	for _, name := range strings.Fields(string(out)) {
		ours := strings.HasPrefix(name, cluster.NodeRepository+":") || strings.HasPrefix(name, pulledRepository+":")
		if !ours {
			continue
		}
		if kept++; kept <= keepNodes || inUse[name] {
			continue
		}
		if _, err := w.Engine.Output(ctx, "rmi", name); err != nil {
			w.Log.Warn("remove old node image %s: %v", name, err)
		}
	}
	return nil
}
