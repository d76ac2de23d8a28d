// Package supply provides every image of a run, the kind node's too: pulled where a registry answers, built
// from Go modules and Debian packages where none does.
//
// It knows references, recipes, caches and the command line of the container engine. It must not know the
// purpose of an image: the caller names the images, and fixtures/images/recipes.yaml describes how each is
// built. The key of each image is a digest of its inputs, so that nothing is built or pulled twice. The
// finished node image contains all other images, so that a warm run loads none.
package supply

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sort"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/progress"
)

// Mode selects where images come from.
type Mode string

// The modes of IMAGES=.
const (
	Auto  Mode = "auto"  // pulled where the image's registry answers, else built
	Pull  Mode = "pull"  // pulled, or an error
	Build Mode = "build" // built, or an error; no registry is queried
)

// ParseMode reads the value of IMAGES= or --images.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Auto, Pull, Build:
		return m, nil
	case "":
		return Auto, nil
	}
	return "", fmt.Errorf("images mode %q is unknown; use auto, pull or build", s)
}

// Need is one image that the run cannot do without.
type Need struct {
	Reference string   // as it stands in the manifest
	UsedBy    []string // who names it, as "Deployment cert-manager/external-dns container external-dns"
}

// Engine is the container engine's command line: docker, podman or nerdctl.
type Engine interface {
	// Output runs the engine with args and returns its standard output.
	Output(ctx context.Context, args ...string) ([]byte, error)
}

// Supplier makes images. Cache, Mode, Engine and Log are required.
type Supplier struct {
	Source string // a checkout of this project, to build its own images from; "" is that of the program's version
	Cache  string // folder of finished archives and of work in progress; made when absent
	Mode   Mode
	Engine Engine
	Log    *progress.Log

	// NodeImage is a node image of kind that must be pulled, for another Kubernetes than that which kind's library names.
	NodeImage string
	// Kubernetes is the minor of the node; the zero value is the default one.
	Kubernetes kubernetes.Minor

	release  string // version of this program; "" is what it was built as
	kindNode string // kind's own node image; "" is that of the minor
}

// Node is the finished node image.
type Node struct {
	Image      string     // reference in the engine's store
	Key        string     // digest of everything inside
	Kubernetes string     // version, as v1.37.2
	Built      bool       // the node's base was built here (and has its own CNI configuration), not pulled
	Images     []Provided // every image inside, sorted by reference
	Warm       bool       // it was there already: nothing was built, pulled or loaded
}

// Provided is one image inside a node image.
type Provided struct {
	Reference string `json:"reference"`
	Digest    string `json:"digest"`           // of the manifest
	Origin    string `json:"origin"`           // pulled or built
	Imported  string `json:"imported"`         // its name after the import, by tag
	Pinned    string `json:"pinned,omitempty"` // its name by digest, where a manifest pins one
}

// Provide returns a node image that contains every image of needs. It logs what it chose and why, and each
// piece of work. It locks the cache, so two runs on one machine take turns.
//
// Errors: an image that can be neither pulled nor built is reported, before anything is built, as one
// *MissingError that names the image and its users.
func (s *Supplier) Provide(ctx context.Context, needs []Need) (*Node, error) {
	recipes, err := s.recipes()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.Cache, 0o750); err != nil {
		return nil, fmt.Errorf("make the image cache: %w", err)
	}
	unlock, err := lockCache(ctx, s.Cache, s.Log)
	if err != nil {
		return nil, err
	}
	defer unlock()

	plan, err := s.plan(ctx, recipes, needs)
	if err != nil {
		return nil, err
	}
	return s.carryOut(ctx, plan)
}

// plan is what will be done for each image, decided before anything is touched.
type plan struct {
	recipes    *Recipes
	kubernetes string // version of the node
	base       item
	images     []item
	hasher     *hasher
	key        string // of the finished node image
	why        string
}

// item is one image and how it will be had.
type item struct {
	Need
	ref    reference
	from   reference // where it is pulled from: ref itself, but for this project's own images
	image  *Image    // its recipe; nil when it can only be pulled
	digest string    // what the registry answered; "" when it is built
	key    string
}

func (i item) pulled() bool { return i.digest != "" }

func (s *Supplier) plan(ctx context.Context, recipes *Recipes, needs []Need) (*plan, error) {
	if s.Kubernetes.Version == "" {
		s.Kubernetes = kubernetes.Default()
	}
	recipes.Node.Kubernetes = s.Kubernetes.Version
	p := &plan{recipes: recipes, kubernetes: recipes.Node.Kubernetes}
	base := Need{Reference: recipes.Node.Repository + ":" + recipes.Node.Kubernetes, UsedBy: []string{"the kind node"}}
	var err error
	if p.base, err = newItem(recipes, base); err != nil {
		return nil, err
	}
	for _, need := range needs {
		i, err := newItem(recipes, need)
		if err != nil {
			return nil, err
		}
		p.images = append(p.images, i)
	}
	sort.Slice(p.images, func(a, b int) bool { return p.images[a].ref.name < p.images[b].ref.name })
	if err := s.choose(ctx, p); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(p.items(), func(i *item) bool { return !i.pulled() }) { // else no Go toolchain is needed
		if p.hasher, err = s.newHasher(ctx, recipes); err != nil {
			return nil, err
		}
	}
	parts := []string{"node", runtime.GOARCH, bakeVersion}
	for _, i := range p.items() {
		if i.key, err = p.hasher.item(ctx, i); err != nil {
			return nil, fmt.Errorf("key of image %s: %w", i.ref.name, err)
		}
		parts = append(parts, i.ref.name, i.key)
	}
	p.key = digestOf(parts...)
	return p, nil
}

// items are all images of the plan, the node's base first.
func (p *plan) items() []*item { return append([]*item{&p.base}, pointers(p.images)...) }

func newItem(recipes *Recipes, need Need) (item, error) {
	ref, err := parseReference(need.Reference)
	if err != nil {
		return item{}, fmt.Errorf("image %q of %s: %w", need.Reference, list(need.UsedBy), err)
	}
	return item{Need: need, ref: ref, from: ref, image: recipes.find(ref.repository)}, nil
}

func pointers(items []item) []*item {
	out := make([]*item, len(items))
	for i := range items {
		out[i] = &items[i]
	}
	return out
}

func (s *Supplier) carryOut(ctx context.Context, p *plan) (*Node, error) {
	repository := cluster.NodeRepository
	if p.base.pulled() {
		repository = pulledRepository
	}
	node := &Node{
		Image: repository + ":" + short(p.key), Key: p.key, Kubernetes: p.kubernetes,
	}
	if err := s.removeLeftovers(ctx); err != nil {
		return nil, err
	}
	if images, ok := s.finished(ctx, node.Image, p.key); ok {
		node.Images, node.Warm = images, true
		s.Log.Note("images: %d, all in node image %s; nothing to build, pull or load", len(images), node.Image)
		return node, nil
	}
	if err := s.checkDisk(); err != nil {
		return nil, err
	}
	s.Log.Note("images: %s", p.why)
	work := &work{Supplier: s, plan: p}
	defer work.cleanUp()
	if err := work.start(ctx); err != nil {
		return nil, err
	}
	if err := work.base(ctx); err != nil {
		return nil, err
	}
	if err := work.archives(ctx); err != nil {
		return nil, err
	}
	var err error
	node.Images, err = work.bake(ctx, node.Image)
	if err != nil {
		return nil, err
	}
	return node, nil
}
