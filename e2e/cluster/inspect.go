package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// kindLabel is the label that kind puts on every node container; its value is the cluster's name.
const kindLabel = "io.x-k8s.kind.cluster"

func (b *kindBackend) hasImage(ctx context.Context, ref string) (bool, error) {
	out, err := b.engine.Output(ctx, "images", "--quiet", ref)
	if err != nil {
		return false, fmt.Errorf("look for image %s: %w", ref, err)
	}
	return len(strings.TrimSpace(string(out))) > 0, nil
}

// containers queries the engine for names first and for the facts of each then; when a container vanishes in between,
// the names are queried again.
func (b *kindBackend) containers(ctx context.Context, cluster, node string) ([]container, error) {
	var failure error
	for range 3 {
		names, half, err := b.names(ctx, cluster, node)
		if err != nil {
			return nil, fmt.Errorf("list containers of cluster %s: %w", cluster, err)
		}
		var found []container
		if half {
			found = append(found, container{Name: node, Status: "half-made", Foreign: true})
		}
		if len(names) == 0 {
			return found, nil
		}
		out, err := b.engine.Output(ctx, append([]string{"container", "inspect"}, names...)...)
		if err != nil {
			failure = fmt.Errorf("inspect containers of cluster %s: %w", cluster, err)
			continue
		}
		facts, err := parseInspect(out)
		if err != nil {
			return nil, fmt.Errorf("inspect containers of cluster %s: %w", cluster, err)
		}
		return append(found, facts...), nil
	}
	return nil, failure
}

// names lists the containers under the cluster's name, and reports whether the node's name is taken by an entry that
// exists only in podman's storage: what is left of a container whose creation was killed.
func (b *kindBackend) names(ctx context.Context, cluster, node string) (names []string, half bool, err error) {
	list := func(args ...string) ([]string, error) {
		out, err := b.engine.Output(ctx, append([]string{"ps", "--all", "--format", "{{.Names}}"}, args...)...)
		return strings.Fields(string(out)), err
	}
	labelled, err := list("--filter", "label="+kindLabel+"="+cluster)
	if err != nil {
		return nil, false, err
	}
	named, err := list("--filter", "name="+node)
	if err != nil {
		return nil, false, err
	}
	for _, name := range append(labelled, named...) {
		// The name filter matches parts of names.
		if !slices.Contains(names, name) && (name == node || slices.Contains(labelled, name)) {
			names = append(names, name)
		}
	}
	if b.engine.Name == Podman && !slices.Contains(names, node) {
		external, err := list("--external", "--filter", "name="+node)
		if err != nil {
			return nil, false, err
		}
		half = slices.Contains(external, node)
	}
	return names, half, nil
}

// parseInspect reads what docker, podman and nerdctl agree on in `container inspect`.
func parseInspect(text []byte) ([]container, error) {
	var facts []struct {
		Name  string
		State struct {
			Status  string
			Running bool
		}
		Mounts []struct{ Source, Destination string }
		Config struct{ Labels map[string]string }
	}
	if err := json.Unmarshal(text, &facts); err != nil {
		return nil, fmt.Errorf("read the engine's answer: %w", err)
	}
	found := make([]container, 0, len(facts))
	for _, f := range facts {
		c := container{
			Name:    strings.TrimPrefix(f.Name, "/"), // docker's names begin with a slash
			Running: f.State.Running, Status: f.State.Status, Labels: f.Config.Labels,
		}
		for _, m := range f.Mounts {
			if m.Destination == MarkerPath {
				c.Marker = m.Source
			}
		}
		found = append(found, c)
	}
	return found, nil
}

// remove removes containers and the volumes that kind made for them. podman's are named, and carry the node's name as
// a label; docker's and nerdctl's are anonymous and go with `--volumes`.
func (b *kindBackend) remove(ctx context.Context, node string, containers []container) error {
	args := []string{"rm", "--force", "--volumes"}
	for _, c := range containers {
		if c.Running && b.engine.Name == Podman {
			// Nothing in it is worth the 10 s that podman gives a container to stop. What kill cannot do, rm reports.
			_, _ = b.engine.Output(ctx, "kill", c.Name)
		}
		args = append(args, c.Name)
	}
	if _, err := b.engine.Output(ctx, args...); err != nil {
		return fmt.Errorf("remove containers: %w", err)
	}
	if b.engine.Name != Podman {
		return nil
	}
	out, err := b.engine.Output(ctx, "volume", "ls", "--quiet", "--filter", "label="+node)
	if err != nil {
		return fmt.Errorf("list volumes of %s: %w", node, err)
	}
	if volumes := strings.Fields(string(out)); len(volumes) > 0 {
		if _, err := b.engine.Output(ctx, append([]string{"volume", "rm", "--force"}, volumes...)...); err != nil {
			return fmt.Errorf("remove volumes of %s: %w", node, err)
		}
	}
	return nil
}
