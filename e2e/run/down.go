package run

import (
	"context"
	"os"

	"github.com/edgeproof/edgeproof/e2e/cluster"
)

// Down removes the cluster, in whatever state it is, and tells of those that shared its faults and still stand.
// One that edgeproof did not make is refused.
func Down(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	engine, host, err := cluster.PrepareEngine(ctx, cluster.EngineOptions{WorkDir: o.workDir(), Log: kindLog{o.Log}})
	if err != nil {
		return err
	}
	w := &Env{Options: o}
	err = o.Log.Run("remove cluster "+o.Cluster, func() error {
		there, err := cluster.Delete(ctx, cluster.Config{
			Name: o.Cluster, Kubeconfig: w.Kubeconfig(), WorkDir: o.workDir(), Engine: engine, Host: host, Log: kindLog{o.Log},
		})
		if err != nil {
			return err
		}
		if !there {
			o.Log.Note("there was none")
		}
		return w.Finish()
	})
	for n := 2; n <= MostClusters && err == nil; n++ {
		further := &Env{Options: o}
		further.Options.Cluster = furtherCluster(o.Cluster, n)
		if _, err := os.Stat(further.Kubeconfig()); err == nil {
			o.Log.Note("cluster %s stands too; remove it with `make down CLUSTER=%s`", further.Options.Cluster,
				further.Options.Cluster)
		}
	}
	return err
}

// ProvideImages makes the node image with everything that a run of the bundle needs, and no cluster.
func ProvideImages(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	w := &Env{Options: o}
	if err := w.render(ctx); err != nil {
		return err
	}
	return w.images(ctx)
}
