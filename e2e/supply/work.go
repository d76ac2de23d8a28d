package supply

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/edgeproof/edgeproof/scripts"
)

// work carries a plan out.
type work struct {
	*Supplier
	plan     *plan
	dir      string            // scratch, removed at the end
	compiled map[target]string // path of each program
	builder  *goBuilder
	done     int
	made     []archive
	baseTar  archive

	rootfs     func() (string, error) // path of the Debian root file system; made once
	beside     sync.WaitGroup         // what is made beside the compilers
	stop       context.CancelFunc     // ends that
	installing sync.Mutex             // Debian's package manager serves one at a time
}

// start makes the scratch folder, on the same disk as the cache so that renames are atomic; what killed runs left
// there is removed first.
func (w *work) start(ctx context.Context) error {
	ctx, w.stop = context.WithCancel(ctx)
	w.rootfs = sync.OnceValues(func() (string, error) { return w.makeRootfs(ctx) })
	scratch := filepath.Join(w.Cache, "scratch")
	if err := os.RemoveAll(scratch); err != nil {
		return fmt.Errorf("clear scratch folder: %w", err)
	}
	w.dir = scratch
	w.compiled = map[target]string{}
	w.builder = &goBuilder{source: w.source, dir: filepath.Join(w.Cache, "gomod"), recipes: w.plan.recipes}
	if err := os.MkdirAll(scratch, 0o750); err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	w.ahead(ctx)
	return nil
}

func (w *work) cleanUp() {
	w.stop()
	w.beside.Wait()
	if w.dir != "" {
		if err := os.RemoveAll(w.dir); err != nil {
			w.Log.Warn("remove scratch folder: %v", err)
		}
	}
}

// base provides the base of the node and adds the images of the control plane, which kubeadm lists, to the
// plan. The root file system is made at the same time: it waits for a Debian mirror while the compilers wait
// for processors.
func (w *work) base(ctx context.Context) error {
	if _, there := w.archived(&w.plan.base); !there && !w.plan.base.pulled() {
		w.beside.Go(func() { _, _ = w.rootfs() }) // an error is reported where the result is needed
	}
	a, err := w.one(ctx, &w.plan.base)
	if err != nil {
		return err
	}
	w.baseTar = a
	if w.plan.base.pulled() {
		return nil // kind's node image carries the control plane
	}
	needs, err := w.controlPlane(ctx)
	if err != nil {
		return err
	}
	for _, need := range needs {
		i, err := newItem(w.plan.recipes, need)
		if err != nil {
			return err
		}
		if err := w.mustBuild(w.plan.recipes, &i, ""); err != nil {
			return err
		}
		if i.key, err = w.plan.hasher.item(ctx, &i); err != nil {
			return fmt.Errorf("key of image %s: %w", i.ref.name, err)
		}
		w.plan.images = append(w.plan.images, i)
	}
	w.ahead(ctx)
	return nil
}

// archives provides every other image.
func (w *work) archives(ctx context.Context) error {
	for _, i := range pointers(w.plan.images) {
		a, err := w.one(ctx, i)
		if err != nil {
			return err
		}
		w.made = append(w.made, a)
	}
	return nil
}

// one provides one image: from the cache, from its registry, or by building it.
func (w *work) one(ctx context.Context, i *item) (archive, error) {
	w.done++
	if a, ok := w.archived(i); ok {
		return a, nil
	}
	verb := "build"
	if i.pulled() {
		verb = "pull"
	}
	var a archive
	err := w.Log.Run(fmt.Sprintf("[%d/%d] %s %s", w.done, w.total(), verb, i.ref.name), func() error {
		image, err := w.make(ctx, i)
		if err != nil {
			return err
		}
		a, err = w.keep(i, image)
		return err
	})
	return a, err
}

// total counts the images of the plan; the control plane's are counted before they are known one by one.
func (w *work) total() int {
	total := 1 + len(w.plan.images)
	if w.baseTar.path == "" && !w.plan.base.pulled() {
		total += controlPlaneImages
	}
	return total
}

func (w *work) make(ctx context.Context, i *item) (v1.Image, error) {
	if i.pulled() {
		return pullImage(ctx, i.from, i.digest)
	}
	files := layer{}
	config := v1.Config{Entrypoint: i.image.Entrypoint, User: i.image.User}
	for _, b := range i.image.binaries() {
		out, err := w.compile(ctx, b, i.ref)
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", i.ref.name, err)
		}
		files[b.path] = file{mode: 0o755, from: out}
	}
	if i.ref.repository == w.plan.recipes.Node.Repository {
		if err := w.nodeFiles(ctx, files, &config); err != nil {
			return nil, err
		}
	}
	var tars []string
	if i.image.Base == baseRootfs {
		rootfs, err := w.rootfs()
		if err != nil {
			return nil, err
		}
		tars = append(tars, rootfs)
	}
	top := filepath.Join(w.dir, short(i.key)+".tar")
	if err := writeTar(top, files); err != nil {
		return nil, err
	}
	return compose(config, append(tars, top)...)
}

// target is a package to be compiled.
type target struct {
	source, version, pkg string
}

// targets are what has to be compiled for an image: nothing where it is pulled or was made before.
func (w *work) targets(i *item) ([]target, error) {
	if _, there := w.archived(i); there || i.pulled() {
		return nil, nil
	}
	var out []target
	for _, b := range i.image.binaries() {
		t, err := w.target(b, i.ref)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (w *work) target(b binary, ref reference) (target, error) {
	version, err := w.plan.recipes.Sources[b.source].versionFor(ref, w.plan.recipes)
	return target{b.source, version, b.pkg}, err
}

// ahead has the modules fetched of what will be compiled, as far as that is known, beside the compilers: they
// would else stand still at the beginning of every source. An error is reported where the compilers meet it.
func (w *work) ahead(ctx context.Context) {
	var wanted []target
	for _, i := range w.plan.items() {
		targets, err := w.targets(i)
		if err != nil {
			return
		}
		wanted = append(wanted, targets...)
	}
	w.beside.Go(func() {
		for _, t := range wanted {
			_, _ = w.builder.prepare(ctx, t.source, t.version)
		}
	})
}

// compile builds one binary, once per run, and with it all else that the plan needs of the same source.
func (w *work) compile(ctx context.Context, b binary, ref reference) (string, error) {
	wanted, err := w.target(b, ref)
	if err != nil {
		return "", err
	}
	if out, ok := w.compiled[wanted]; ok {
		return out, nil
	}
	if err := w.needPackages(ctx, w.plan.recipes.Sources[wanted.source].Debian...); err != nil {
		return "", err
	}
	together, err := w.together(wanted)
	if err != nil {
		return "", err
	}
	to := filepath.Join(w.dir, "bin", short(digestOf(wanted.source, wanted.version)))
	if err := w.builder.build(ctx, wanted.source, wanted.version, together, to); err != nil {
		return "", err
	}
	for _, pkg := range together {
		w.compiled[target{wanted.source, wanted.version, pkg}] = filepath.Join(to, programName(wanted.source, pkg))
	}
	return w.compiled[wanted], nil
}

// together lists the packages that are compiled with one that is wanted, itself first: those of its source and
// version that the plan has yet to compile. A module's own folder is compiled alone, because the go command
// names its program by another rule.
func (w *work) together(wanted target) ([]string, error) {
	out := []string{wanted.pkg}
	if wanted.pkg == "." {
		return out, nil
	}
	for _, i := range w.plan.items() {
		targets, err := w.targets(i)
		if err != nil {
			return nil, err
		}
		for _, t := range targets {
			if _, done := w.compiled[t]; done || t.source != wanted.source || t.version != wanted.version || t.pkg == "." ||
				slices.Contains(out, t.pkg) {
				continue
			}
			out = append(out, t.pkg)
		}
	}
	return out, nil
}

// makeRootfs makes the Debian root file system, or takes it from the cache.
func (w *work) makeRootfs(ctx context.Context) (string, error) {
	out := filepath.Join(w.Cache, "rootfs-"+short(w.plan.hasher.rootfs)+".tar")
	if _, err := os.Stat(out); err == nil {
		return out, nil
	}
	if err := w.needPackages(ctx, "mmdebstrap"); err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "bash", "-s", out) // #nosec G204 -- our own script
	command.Stdin = strings.NewReader(scripts.Rootfs())
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make the Debian root file system: %w\n%s", err, tail(string(output), 12))
	}
	return out, nil
}

// needPackages installs those Debian packages that are missing, and logs it. On another system the build itself
// reports what is missing.
func (w *work) needPackages(ctx context.Context, packages ...string) error {
	w.installing.Lock()
	defer w.installing.Unlock()
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		return nil //nolint:nilerr // not Debian
	}
	var missing []string
	for _, pkg := range packages {
		out, err := exec.CommandContext(ctx, "dpkg-query", "--show", "--showformat", "${db:Status-Status}",
			pkg).Output() // #nosec G204 -- recipes of this project
		if err != nil || string(out) != "installed" {
			missing = append(missing, pkg)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return w.install(ctx, missing...)
}

// install installs Debian packages, which only root on Debian or Ubuntu can.
func (w *work) install(ctx context.Context, packages ...string) error {
	wanted := strings.Join(packages, " ")
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("building images needs %s, which only root on Debian or Ubuntu can install here; install it, or "+
			"make the registries reachable", wanted)
	}
	return w.Log.Run("install "+wanted+" (Debian)", func() error {
		for _, args := range [][]string{
			{"update", "-qq"},
			append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...),
		} {
			command := exec.CommandContext(ctx, "apt-get", args...) // #nosec G204 -- fixed packages
			command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
			if output, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, tail(string(output), 12))
			}
		}
		return nil
	})
}
