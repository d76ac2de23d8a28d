package externaldns_test

import (
	"context"
	"sync"

	"github.com/edgeproof/edgeproof/mocks/internal/peer"
)

// moved is where a module that external-dns needs lives since its vanity host is gone.
const moved = "replace vbom.ml/util => github.com/fvbommel/util v0.0.0-20180919145318-efcd4e0f9787"

// release is one version of external-dns, built at most once by this test program.
type release struct {
	version string
	// batches: the version sends a sync's changes as one transaction per zone, deletions first.
	batches bool
	program func() (string, error)
}

func releases() []*release {
	made := []*release{{version: "v0.20.0"}, {version: "v0.21.0", batches: true}}
	for _, r := range made {
		r.program = sync.OnceValues(func() (string, error) {
			return peer.Build(context.Background(), peer.Program{Module: "sigs.k8s.io/external-dns", Version: r.version, Replace: moved})
		})
	}
	return made
}
