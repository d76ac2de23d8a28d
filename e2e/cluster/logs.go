package cluster

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	kinderrors "sigs.k8s.io/kind/pkg/errors"
)

// logs lets kind export what it knows to export. Its list of images needs crictl, which a built node image lacks;
// containerd's own client gives it there.
func (b *kindBackend) logs(ctx context.Context, cluster, dir string) error {
	found, err := b.provider.ListInternalNodes(cluster)
	if err != nil {
		return fmt.Errorf("list nodes: %w", fromKind(err))
	}
	if len(found) == 0 {
		return fmt.Errorf("cluster %s has no node to take logs from", cluster)
	}
	done := make(chan error, 1)
	go func() { done <- b.provider.CollectLogs(cluster, dir) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	var failed []string
	for _, e := range flatten(err) {
		if !strings.Contains(e.Error(), "crictl") {
			failed = append(failed, e.Error())
		}
	}
	for _, n := range found {
		var images bytes.Buffer
		if b.exec(ctx, n.String(), nil, &images, &images, "ctr", "--namespace=k8s.io", "images", "list", "--quiet") == nil {
			file := filepath.Join(dir, n.String(), "images.log")
			if err := writeAtomic(file, images.Bytes(), 0o644); err != nil {
				failed = append(failed, err.Error())
			}
		}
	}
	if len(failed) == 0 {
		return nil
	}
	// What is missing is listed beside what is there.
	return writeAtomic(filepath.Join(dir, "missing.txt"), []byte(strings.Join(failed, "\n")+"\n"), 0o644)
}

// flatten takes kind's aggregates apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	parts := kinderrors.Errors(err)
	if parts == nil {
		return []error{err}
	}
	var all []error
	for _, p := range parts {
		all = append(all, flatten(p)...)
	}
	return all
}
