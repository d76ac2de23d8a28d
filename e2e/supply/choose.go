package supply

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

// registryPatience is how long a registry may take to answer before it counts as not there. A machine without a
// network fails in milliseconds; a firewall that swallows packets costs this much once.
const registryPatience = 5 * time.Second

// MissingError is an image that can be neither pulled nor built.
type MissingError struct {
	Reference string
	UsedBy    []string
	Reason    string
	Remedy    string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("image %s, needed by %s: %s; %s", e.Reference, list(e.UsedBy), e.Reason, e.Remedy)
}

func list(users []string) string {
	switch len(users) {
	case 0:
		return "the run"
	case 1:
		return users[0]
	}
	return fmt.Sprintf("%s and %d more", users[0], len(users)-1)
}

// choose decides for every image whether it is pulled or built, and records the reason.
func (s *Supplier) choose(ctx context.Context, p *plan) error {
	silent := map[string]string{} // registry -> why no image is pulled from it
	if s.Mode == Build && s.NodeImage != "" {
		return fmt.Errorf("node image %s can only be pulled, and IMAGES=build forbids it; use IMAGES=auto or pull, or "+
			"leave NODE= out", s.NodeImage)
	}
	if s.Mode != Build {
		if err := s.queryRegistries(ctx, p, silent); err != nil {
			return err
		}
	}
	pulled := 0
	for _, i := range p.items() {
		if i.pulled() {
			pulled++
			continue
		}
		if err := s.mustBuild(p.recipes, i, silent[i.ref.registry]); err != nil {
			return err
		}
	}
	p.why = s.reason(pulled, len(p.images)+1-pulled, silent)
	return nil
}

func (s *Supplier) reason(pulled, built int, silent map[string]string) string {
	if s.Mode != Auto {
		return fmt.Sprintf("IMAGES=%s: %d pulled, %d built here", s.Mode, pulled, built)
	}
	var quiet []string
	for registry, why := range silent {
		quiet = append(quiet, registry+" ("+why+")")
	}
	sort.Strings(quiet)
	why := "every registry answers"
	if len(quiet) > 0 {
		why = "nothing from " + strings.Join(quiet, ", ")
	}
	return fmt.Sprintf("IMAGES=auto: %d pulled, %d built here: %s", pulled, built, why)
}

// mustBuild checks that an image that is not pulled can be built.
func (s *Supplier) mustBuild(recipes *Recipes, i *item, silent string) error {
	missing := &MissingError{Reference: i.ref.name, UsedBy: i.UsedBy}
	own := i.image != nil && i.image.own(recipes)
	switch {
	case s.Mode == Pull && !own:
		missing.Reason = "the registry gave nothing (" + silent + ") and IMAGES=pull forbids building"
		missing.Remedy = "check the reference and the network, or use IMAGES=auto"
	case i.image == nil:
		missing.Reason = "no registry gave it (" + orNotQueried(silent) + ") and fixtures/images/recipes.yaml has no " +
			"recipe " +
			"for " + i.ref.repository
		missing.Remedy = "make its registry reachable, or add a recipe"
	case i.ref.digest != "":
		missing.Reason = "it is pinned to " + i.ref.digest + ", which only its registry can give (" + orNotQueried(silent) +
			")"
		missing.Remedy = "make its registry reachable, or pin by tag"
	case linuxOnly(recipes, i.image) && runtime.GOOS != targetOS:
		missing.Reason = "no registry gave it (" + orNotQueried(silent) + ") and it can be built on Linux only, not on " +
			runtime.GOOS
		missing.Remedy = "make its registry reachable, or run on Linux"
	default:
		return nil
	}
	return missing
}

func orNotQueried(why string) string {
	if why == "" {
		return "none was queried"
	}
	return why
}

// queryRegistries requests the digest of every image that may be pulled, all at once. Where kind's own node
// image can be pulled, it becomes the base in place of ours.
func (s *Supplier) queryRegistries(ctx context.Context, p *plan, silent map[string]string) error {
	kindNode, err := newItem(p.recipes, Need{
		Reference: cmp.Or(s.NodeImage, s.kindNode, s.Kubernetes.NodeImage),
		UsedBy:    p.base.UsedBy,
	})
	if err != nil {
		return err
	}
	queried := []*item{&kindNode}
	for _, i := range pointers(p.images) {
		own := i.image != nil && i.image.own(p.recipes)
		if own && i.released(s.version()) || !own {
			queried = append(queried, i)
		}
	}
	answers := make([]answer, len(queried))
	limited, cancel := context.WithTimeout(ctx, registryPatience)
	defer cancel()
	var all sync.WaitGroup
	for n, i := range queried {
		all.Go(func() { answers[n] = headImage(limited, i.from) })
	}
	all.Wait()
	for n, i := range queried {
		if answers[n].err == nil {
			i.digest = answers[n].digest
			if err := s.remember(i); err != nil {
				return err
			}
			continue
		}
		silent[i.from.registry] = answers[n].short()
		if s.recall(i) {
			silent[i.from.registry] += ", so what was pulled before is used"
		}
	}
	if kindNode.pulled() {
		p.base = kindNode
		p.kubernetes = kindNode.ref.tag
	} else if s.Mode == Pull || s.NodeImage != "" {
		return s.mustBuild(p.recipes, &kindNode, silent[kindNode.ref.registry])
	}
	return ctx.Err()
}

// remember keeps the digest that a registry answered, for the day when it does not.
func (s *Supplier) remember(i *item) error {
	if err := os.MkdirAll(filepath.Dir(s.digestFile(i)), 0o750); err != nil {
		return fmt.Errorf("remember the digest of %s: %w", i.ref.name, err)
	}
	if err := os.WriteFile(s.digestFile(i), []byte(i.digest), 0o600); err != nil {
		return fmt.Errorf("remember the digest of %s: %w", i.ref.name, err)
	}
	return nil
}

// recall gives an item the digest that it had when its registry last answered, if the image is still in the cache.
func (s *Supplier) recall(i *item) bool {
	raw, err := os.ReadFile(s.digestFile(i))
	if err != nil {
		return false
	}
	was := *i
	was.digest = string(raw)
	was.key = pulledKey(was.digest)
	if _, ok := s.archived(&was); !ok {
		return false
	}
	i.digest = was.digest
	return true
}

func (s *Supplier) digestFile(i *item) string {
	return filepath.Join(s.Cache, "digests", short(digestOf(i.from.pull())))
}
