package supply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

// controlPlaneImages is how many images the control plane has: API server, controller manager, scheduler, proxy, etcd,
// CoreDNS and pause. It is used only for "n of m", before kubeadm has listed them.
const controlPlaneImages = 7

// nodeFiles adds what makes a root file system a kind node: kind's base files, the OCI spec that containerd starts
// containers with, the units to start, and our network configuration.
func (w *work) nodeFiles(ctx context.Context, files layer, config *v1.Config) error {
	base, err := w.kindFiles(ctx)
	if err != nil {
		return err
	}
	for _, dir := range []string{base, filepath.Join(w.plan.recipes.dir, w.plan.recipes.Node.Files)} {
		if err := files.addTree(dir); err != nil {
			return fmt.Errorf("node files in %s: %w", dir, err)
		}
	}
	if err := editContainerd(files); err != nil {
		return err
	}
	spec, err := ociSpec(ctx, files["/usr/local/bin/ctr"].from)
	if err != nil {
		return err
	}
	files["/etc/containerd/cri-base.json"] = file{mode: 0o644, content: spec}
	files["/kind/version"] = file{mode: 0o644, content: []byte(w.plan.recipes.Node.Kubernetes)}
	for _, unit := range []string{"kubelet", "containerd", "undo-mount-hacks"} {
		files["/etc/systemd/system/multi-user.target.wants/"+unit+".service"] = file{link: "/etc/systemd/system/" + unit +
			".service"}
	}
	// binfmt_misc belongs to the kernel, which the node shares with the machine.
	files["/etc/systemd/system/systemd-binfmt.service"] = file{link: "/dev/null"}
	files["/etc/kubernetes/manifests/.keep"] = file{mode: 0o644}
	config.Env = []string{"container=docker", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	config.StopSignal = "SIGRTMIN+3" // systemd halts on it
	config.Entrypoint = nodeEntrypoint()
	return nil
}

func nodeEntrypoint() []string { return []string{"/usr/local/bin/entrypoint", "/sbin/init"} }

// statsOnceInAWhile makes containerd collect statistics of processors from its shims every hour instead of every second
// (its default since 2.3). Nothing reads them here: the kubelet reads cgroups itself unless it is configured otherwise
// (PodAndContainerStatsFromCRI). On cgroup v1 they were a quarter of the cost of an idle cluster.
const statsOnceInAWhile = `
[plugins."io.containerd.cri.v1.runtime"]
  stats_collect_period = "1h"
`

// editContainerd takes out of kind's containerd set-up what a machine without CAP_SYS_RESOURCE refuses: raising
// limits, and lowering the score by which the kernel picks what to kill. Elsewhere nothing is missed. It also
// quiets containerd's own collection of statistics.
func editContainerd(files layer) error {
	unit, config := "/etc/systemd/system/containerd.service", "/etc/containerd/config.toml"
	raw, err := os.ReadFile(files[unit].from)
	if err != nil {
		return fmt.Errorf("read kind's containerd unit: %w", err)
	}
	limits := regexp.MustCompile(`(?m)^(LimitNOFILE|LimitNPROC|LimitCORE|OOMScoreAdjust)=.*\n`)
	files[unit] = file{mode: 0o644, content: limits.ReplaceAll(raw, nil)}
	if raw, err = os.ReadFile(files[config].from); err != nil {
		return fmt.Errorf("read kind's containerd configuration: %w", err)
	}
	edited := strings.Replace(string(raw), "restrict_oom_score_adj = false", "restrict_oom_score_adj = true", 1)
	if edited == string(raw) {
		return errors.New("edit kind's containerd configuration: it has no restrict_oom_score_adj = false; a newer kind " +
			"needs a look here")
	}
	files[config] = file{mode: 0o644, content: []byte(edited + statsOnceInAWhile)}
	return nil
}

// ociSpec is containerd's default spec with kind's hook, and without limits, which are left to the machine.
func ociSpec(ctx context.Context, ctr string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, ctr, "oci", "spec").Output() // #nosec G204 -- built a moment ago
	if err != nil {
		return nil, fmt.Errorf("read the default OCI spec of ctr: %w", err)
	}
	var spec map[string]any
	if err := json.Unmarshal(out, &spec); err != nil {
		return nil, fmt.Errorf("read the default OCI spec: %w", err)
	}
	spec["hooks"] = map[string]any{"createContainer": []any{map[string]any{"path": "/kind/bin/mount-product-files.sh"}}}
	process, ok := spec["process"].(map[string]any)
	if !ok {
		return nil, errors.New("read the default OCI spec: it has no process")
	}
	delete(process, "rlimits")
	return json.Marshal(spec)
}

// controlPlane lists the images that the control plane runs, from kubeadm, and the sandbox image, from containerd's
// configuration.
func (w *work) controlPlane(ctx context.Context) ([]Need, error) {
	kubernetes := w.plan.recipes.Node.Kubernetes
	kubeadm := binary{path: "/usr/bin/kubeadm", source: "kubernetes", pkg: "./cmd/kubeadm"}
	program, err := w.compile(ctx, kubeadm, w.plan.base.ref)
	if err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, program, "config", "images", "list", "--kubernetes-version",
		kubernetes).Output() // #nosec G204 -- built a moment ago
	if err != nil {
		return nil, fmt.Errorf("list the images of kubeadm: %w", err)
	}
	needs := []Need{}
	for _, ref := range strings.Fields(string(out)) {
		needs = append(needs, Need{Reference: ref, UsedBy: []string{"kubeadm " + kubernetes}})
	}
	sandbox, err := w.sandboxImage(ctx)
	if err != nil {
		return nil, err
	}
	return append(needs, Need{Reference: sandbox, UsedBy: []string{"containerd's sandbox_image"}}), nil
}

func (w *work) sandboxImage(ctx context.Context) (string, error) {
	base, err := w.kindFiles(ctx)
	if err != nil {
		return "", err
	}
	raw, err := os.ReadFile(filepath.Join(base, "etc", "containerd", "config.toml")) // #nosec G304 -- in the module cache
	if err != nil {
		return "", fmt.Errorf("read kind's containerd configuration: %w", err)
	}
	m := regexp.MustCompile(`sandbox_image = "([^"]+)"`).FindSubmatch(raw)
	if m == nil {
		return "", errors.New("kind's containerd configuration names no sandbox_image")
	}
	return string(m[1]), nil
}

// kindFiles is the folder of base files in kind's module, in the version that this project uses as a library.
func (w *work) kindFiles(ctx context.Context) (string, error) {
	version, err := w.kindVersion(ctx)
	if err != nil {
		return "", err
	}
	dir, err := gomod.Download(ctx, kindModule, version)
	return filepath.Join(dir, "images", "base", "files"), err
}
