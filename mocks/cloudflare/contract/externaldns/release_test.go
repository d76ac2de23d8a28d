package externaldns_test

import (
	"context"
	"io"
	"path/filepath"
	"sync"

	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/supply"
)

// image is external-dns as the recipes of fixtures/images name it.
const image = "registry.k8s.io/external-dns/external-dns"

// release is one version of external-dns, provided at most once by this test program.
type release struct {
	version string
	// batches: the version sends a sync's changes as one transaction per zone, deletions first.
	batches bool
	program func() (string, error)
}

func releases() []*release {
	made := []*release{{version: "v0.20.0"}, {version: "v0.21.0", batches: true}}
	for _, r := range made {
		r.program = sync.OnceValues(func() (string, error) { return provide(image + ":" + r.version) })
	}
	return made
}

// provide takes the program from the image cache, or compiles it the first time, which takes minutes.
func provide(image string) (string, error) {
	root, err := filepath.Abs("../../../..")
	if err != nil {
		return "", err
	}
	cache, err := supply.CacheDir()
	if err != nil {
		return "", err
	}
	s := supply.Supplier{Source: root, Cache: cache, Mode: supply.Build, Log: progress.Plain(io.Discard)}
	return s.Program(context.Background(), image)
}
