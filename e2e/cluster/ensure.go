package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
)

// alive is how long a cluster that should be there may take to answer. It is spent only where a container runs and its
// API does not answer, so it is short: what comes after it is a new cluster.
func alive() await.Budget {
	return await.Budget{
		Name: "cluster alive", Timeout: 10 * time.Second, Interval: 500 * time.Millisecond,
		Why: "a healthy API answers in milliseconds; a busy one gets some seconds",
	}
}

// maker makes clusters with a backend.
type maker struct {
	Config
	backend
	exists func(dir string) bool
	ready  await.Budget
}

// newMaker checks the configuration.
func newMaker(c Config, b backend) (*maker, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.Log = orSilent(c.Log)
	return &maker{Config: c, backend: b, exists: isDir, ready: await.Default().ClusterReady}, nil
}

// Ensure gives a live cluster of the configuration: one that is there and was made of the same inputs, or a new one
// in place of a stale, dead or half-made one of ours. It holds the cluster's lock until Close. A cluster of the same
// name that is not ours is a *NotOursError, a run in the way a *LockedError; neither touches anything.
func Ensure(ctx context.Context, c Config) (*Cluster, Outcome, error) {
	if err := c.Validate(); err != nil {
		return nil, Outcome{}, err
	}
	return ensure(ctx, c, newKind(c.Engine, orSilent(c.Log)))
}

func ensure(ctx context.Context, c Config, b backend) (*Cluster, Outcome, error) {
	m, err := newMaker(c, b)
	if err != nil {
		return nil, Outcome{}, err
	}
	lock, err := acquire(m.lockFile())
	if err != nil {
		return nil, Outcome{}, err
	}
	made, outcome, err := m.ensure(ctx)
	if err != nil {
		return nil, outcome, errors.Join(fmt.Errorf("ensure cluster %s: %w", c.Name, err), lock.Release())
	}
	made.lock = lock
	return made, outcome, nil
}

func (m *maker) ensure(ctx context.Context) (*Cluster, Outcome, error) {
	inputs, err := m.inputs()
	if err != nil {
		return nil, Outcome{}, err
	}
	now, err := m.observe(ctx, inputs)
	if err != nil {
		return nil, Outcome{}, err
	}
	outcome := decide(now, inputs)
	if outcome.Action == Reused {
		m.Log.V(0).Infof("cluster %s: reused (%s)", m.Name, outcome.Why)
		made, err := m.open(now.Life, now.Record.Kubernetes)
		return made, outcome, err
	}
	if m.built() { // kind would try to pull it, from a registry that does not exist
		switch there, err := m.hasImage(ctx, m.NodeImage); {
		case err != nil:
			return nil, outcome, err
		case !there:
			return nil, outcome, fmt.Errorf("node image %s is not in %s; run `make images`", m.NodeImage, m.Engine.Name)
		}
	}
	if outcome.Action == Replaced {
		m.Log.V(0).Infof("cluster %s: replacing it: %s", m.Name, outcome.Why)
		if err := m.delete(ctx); err != nil {
			return nil, outcome, err
		}
	}
	made, err := m.create(ctx, inputs)
	return made, outcome, err
}

// observe collects the state, asking the API only where its answer can matter.
func (m *maker) observe(ctx context.Context, inputs string) (state, error) {
	record, err := readRecord(m.recordFile())
	if err != nil {
		return state{}, err
	}
	found, err := m.containers(ctx, m.Name, m.nodeName())
	if err != nil {
		return state{}, err
	}
	if err := guard(m.Config, found, record, m.exists); err != nil {
		return state{}, err
	}
	now := state{Containers: found, Record: record}
	for _, c := range found {
		now.Owners = append(now.Owners, ownerOf(c, m.markerDir(), record, m.exists))
	}
	if now.needsLife(inputs) {
		seen := m.awaitLife(ctx, alive())
		now.Life = &seen
	}
	return now, nil
}

// awaitLife polls until the API answers and the node is ready, and returns the last state.
func (m *maker) awaitLife(ctx context.Context, budget await.Budget) life {
	var seen life
	var credentials []byte // do not change while a node exists, and need some calls of the engine
	_, err := await.Until(ctx, budget, "cluster "+m.Name, func(ctx context.Context) await.Answer {
		if credentials == nil {
			var err error
			if credentials, err = m.kubeconfig(ctx, m.Name); err != nil {
				seen = life{Seen: lastLine(err)}
				return await.Wait("no kubeconfig: %v", err)
			}
		}
		now := m.live(ctx, credentials)
		if ctx.Err() == nil || seen.Seen == "" { // a query that was cut off adds nothing
			seen = now
		}
		if now.Answers && now.Ready {
			return await.Done("ready")
		}
		if !now.Answers {
			if gone := m.nodeGone(ctx); gone != "" {
				seen.Seen = gone
				return await.Fail("%s", gone)
			}
		}
		return await.Wait("%s", now.Seen)
	})
	if err != nil && seen.Seen == "" {
		seen.Seen = err.Error()
	}
	seen.Credentials = credentials
	return seen
}

// nodeGone returns why an API that does not answer never will: its container has stopped or was removed. It is
// empty where the container runs, or where the engine does not answer.
func (m *maker) nodeGone(ctx context.Context) string {
	found, err := m.containers(ctx, m.Name, m.nodeName())
	switch {
	case err != nil:
		return ""
	case len(found) == 0:
		return "its container was removed"
	case !found[0].Running:
		return "its container is " + found[0].Status
	}
	return ""
}

// attempts is how often a creation is tried: the remains of an earlier run may still be in its way once.
const attempts = 3

// create makes the cluster, from a record that says "creating" to one that says "ready".
func (m *maker) create(ctx context.Context, inputs string) (*Cluster, error) {
	started := record{
		Phase: creating, Inputs: inputs, NodeImage: m.NodeImage, Engine: m.Engine.Name,
		Since: time.Now().UTC(),
	}
	var err error
	for n := range attempts {
		if err = m.cleanScratch(); err != nil {
			return nil, err
		}
		if err = writeRecord(m.recordFile(), started); err != nil {
			return nil, err
		}
		err = m.backend.create(ctx, kindConfig(m.Config, inputs), filepath.Join(m.scratchDir(), "kubeconfig"))
		if err == nil || ctx.Err() != nil || !leftover(err) || n == attempts-1 {
			break
		}
		m.Log.V(0).Infof("cluster %s: remains of an earlier run are in the way, trying again: %s", m.Name, lastLine(err))
		if err := m.delete(ctx); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, m.failed(ctx, fmt.Errorf("create it: %w", err))
	}
	version, err := m.version(ctx, m.nodeName())
	if err == nil {
		_, err = kubernetes.Of(version)
	}
	if err != nil {
		return nil, m.failed(ctx, err)
	}
	seen := m.awaitLife(ctx, m.ready)
	if !seen.Answers || !seen.Ready {
		return nil, m.failed(ctx, fmt.Errorf("its node did not get ready%s", lastSeen(&seen)))
	}
	made, err := m.open(&seen, version)
	if err != nil {
		return nil, err
	}
	started.Phase, started.Kubernetes = ready, version
	return made, writeRecord(m.recordFile(), started)
}

// leftover reports whether a creation failed on something that an earlier, killed run had left or was still creating.
func leftover(err error) bool {
	text := err.Error() + lastLine(err)
	for _, sign := range []string{
		"already in use", // container name, or the port chosen a moment ago
		"already exist",  // nodes that an orphaned `run` finished meanwhile
		"no such container",
		"no container with name or ID", // removed in the meantime
	} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// failed keeps the logs of a failed creation, removes the cluster and returns the error with the folder of the logs.
// It continues although ctx has ended: a run that is interrupted cleans up.
func (m *maker) failed(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), await.Default().LogsCollected.Timeout)
	defer cancel()
	if cause := os.RemoveAll(m.failedDir()); cause == nil { //nolint:gosec // below the caller's work folder
		if m.logs(ctx, m.Name, m.failedDir()) == nil {
			err = fmt.Errorf("%w (its logs: %s)", err, m.failedDir())
		}
	}
	if cause := m.delete(ctx); cause != nil {
		err = errors.Join(err, cause)
	}
	return err
}

// cleanScratch empties the folder that kind may write its own kubeconfig to.
func (m *maker) cleanScratch() error {
	if err := os.RemoveAll(m.scratchDir()); err != nil { //nolint:gosec // below the caller's work folder
		return fmt.Errorf("empty the scratch folder: %w", err)
	}
	if err := os.MkdirAll(m.scratchDir(), 0o700); err != nil { //nolint:gosec // below the caller's work folder
		return fmt.Errorf("make the scratch folder: %w", err)
	}
	return nil
}

// open writes the kubeconfig of a cluster that is alive, and gives the handle.
func (m *maker) open(seen *life, version string) (*Cluster, error) {
	if err := writeAtomic(m.Kubeconfig, seen.Credentials, 0o600); err != nil {
		return nil, err
	}
	return &Cluster{Name: m.Name, Node: m.nodeName(), Kubeconfig: m.Kubeconfig, Kubernetes: version, maker: m}, nil
}
