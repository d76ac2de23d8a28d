// Package run takes a bundle to a verdict: it renders the bundle, provides the images, makes the cluster, sets
// up the test environment, has the specs run, and draws the verdict from their report.
//
// It knows the order of things and what happens when one of them fails. It must not know how each is done: that
// is left to the packages of that name.
package run

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"time"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/fixtures"
)

// Keep says what becomes of the cluster after a run. A cluster that stood before the run always stays.
type Keep string

// The values of --keep.
const (
	KeepAlways    Keep = "always"
	KeepOnFailure Keep = "on-failure"
	KeepNever     Keep = "never"
)

// Options are what the user says.
type Options struct {
	Dir string // gets _work and _artifacts; "" is the working directory
	// checkout of this project, to build its own images from; "" is the one that is the working directory, or the
	// program's version
	Source  string
	Bundle  string // folder of the candidate; relative to the working directory
	Apps    string // folder of the applications whose routes are judged
	Traefik string // version of the platform's ingress controller
	Reading Reading

	// Candidate is the folder of the bundle that is to take the place of Bundle, which is then the baseline, and
	// CandidateTraefik the version that the ingress controller has with it; empty where nothing is to be changed.
	// With Sabotage, spoilt copies of the candidate are tried, and nothing else.
	Candidate        string
	CandidateTraefik string
	Sabotage         bool

	Engine    string // what delivers the bundle: rendered (the default), flux, or auto
	Artifacts string // folder that gets the results
	Cluster   string // kind's name of the cluster
	Images    supply.Mode
	// Kubernetes is the minor to run on, "1.36"; empty is the default one, or that of Node.
	Kubernetes string
	Node       string // node image of kind that must be pulled; "" is the one of kind's library, or our own
	Keep       Keep
	Focus      string // Ginkgo's --focus
	Labels     string // Ginkgo's --label-filter
	Seed       int64  // Ginkgo's --seed, of the order of the faults; 0 takes one by the clock
	Rerun      string // verdict of an earlier run: only what that did not prove is run
	Catalogue  verdict.Catalogue
	// of this machine that divide the faults, 1 to MostClusters; 0 is one, and three for the whole full catalogue
	Clusters int
	Shard    verdict.Shard // the part of a run that this is; the zero Shard is all of it
	// Verbosity is the level of -v, for the processes of further clusters.
	Verbosity int
	Log       *progress.Log
}

// MostClusters is how many clusters may share the faults: each is a node of its own, of 2 GB.
const MostClusters = 8

// complete fills in defaults and checks what can be checked before anything is touched.
func (o *Options) complete() error {
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return fmt.Errorf("resolve the working directory: %w", err)
	}
	root, err := builtIn()
	if err != nil {
		return err
	}
	for field, standard := range map[*string]string{
		&o.Bundle:    filepath.Join(root, "bundles", "reference"),
		&o.Apps:      filepath.Join(root, "apps"),
		&o.Artifacts: filepath.Join(o.Dir, "_artifacts"),
	} {
		if *field == "" {
			*field = standard
		}
		if mode(*field) {
			continue
		}
		if *field, err = filepath.Abs(*field); err != nil {
			return fmt.Errorf("resolve path %s: %w", *field, err)
		}
	}
	if o.Candidate != "" {
		if o.Candidate, err = filepath.Abs(o.Candidate); err != nil {
			return fmt.Errorf("resolve path %s: %w", o.Candidate, err)
		}
	}
	if o.Traefik == "" {
		o.Traefik = testbed.Traefik
	}
	if o.Engine == "" {
		o.Engine = gitops.Rendered
	}
	if o.CandidateTraefik == "" {
		o.CandidateTraefik = o.Traefik
	}
	if _, err := o.chooseMinor(); err != nil {
		return err
	}
	switch o.Keep {
	case KeepAlways, KeepOnFailure, KeepNever:
	case "":
		o.Keep = KeepOnFailure
	default:
		return fmt.Errorf("--keep %s is unknown; use always, on-failure or never", o.Keep)
	}
	switch o.Catalogue {
	case verdict.Smoke, verdict.Full:
	case "":
		o.Catalogue = verdict.Smoke
	default:
		return fmt.Errorf("--catalogue %s is unknown; use smoke or full", o.Catalogue)
	}
	return o.share()
}

// minor is the Kubernetes to run on; complete has refused what names none.
func (o *Options) minor() kubernetes.Minor {
	m, err := o.chooseMinor()
	if err != nil {
		return kubernetes.Default()
	}
	return m
}

// chooseMinor is the Kubernetes to run on: the one that is named, or that of the node image that is named.
func (o *Options) chooseMinor() (kubernetes.Minor, error) {
	if err := cluster.CheckNodeImage(o.Node); err != nil {
		return kubernetes.Minor{}, fmt.Errorf("--node-image %s: %w", o.Node, err)
	}
	named, err := kubernetes.Named(o.Kubernetes)
	if err != nil {
		return kubernetes.Minor{}, fmt.Errorf("--kubernetes %s: %w", o.Kubernetes, err)
	}
	tag, there := cluster.VersionOf(o.Node)
	if !there {
		return named, nil
	}
	of, err := kubernetes.Of(tag)
	if err == nil && o.Kubernetes != "" && of.Name() != named.Name() {
		err = fmt.Errorf("--node-image %s is of Kubernetes %s, and --kubernetes is %s; give one of them", o.Node, of.Name(),
			o.Kubernetes)
	}
	return of, err
}

// share decides in how many parts the run is done, and which this process does itself.
func (o *Options) share() error {
	if o.Clusters > 1 && o.Shard == (verdict.Shard{Index: 1, Of: o.Clusters}) {
		return nil // it was decided before
	}
	sharded := o.Shard.Of > 1
	switch {
	case o.Clusters < 0 || o.Clusters > MostClusters:
		return fmt.Errorf("--clusters %d: give 1 to %d", o.Clusters, MostClusters)
	case (o.Clusters > 1 || sharded) && o.Candidate != "":
		return errors.New("--clusters or --shard with --candidate: an upgrade is one story on one cluster; leave it out")
	case o.Clusters > 1 && sharded:
		return fmt.Errorf("--clusters %d with --shard %s: a shard has one cluster; give one of the two", o.Clusters, o.Shard)
	case o.Clusters > 0 || sharded:
		o.Clusters = max(o.Clusters, 1)
	case o.Catalogue == verdict.Full && o.Candidate == "" && o.Focus == "" && o.Labels == "":
		o.Clusters = 3
	default:
		o.Clusters = 1
	}
	switch {
	case o.Seed != 0:
	case sharded:
		o.Seed = 1 // the same on every machine
	default:
		o.Seed = time.Now().Unix()
	}
	if o.Clusters > 1 {
		o.Shard = verdict.Shard{Index: 1, Of: o.Clusters}
	}
	return nil
}

// OwnPair fills in the project's own pair, where the user names none: the reference bundle and the version
// after it, and with them the ingress controller of the platform in the version after its own.
func (o *Options) OwnPair() error {
	if o.Bundle != "" && o.Candidate != "" {
		return nil
	}
	if o.Bundle != "" || o.Candidate != "" {
		return errors.New("--baseline and --candidate: give both, or neither for the project's own pair")
	}
	root, err := builtIn()
	if err != nil {
		return err
	}
	o.Bundle, o.Candidate = filepath.Join(root, "bundles", "reference"), filepath.Join(root, "bundles", "candidate")
	if o.CandidateTraefik == "" {
		o.CandidateTraefik = "v3.7.5"
	}
	return nil
}

// workDir holds what a run leaves for the next one in this folder: kubeconfig and markers.
func (o *Options) workDir() string { return filepath.Join(o.Dir, "_work") }

// clusterDir holds what belongs to one cluster, so that runs on several do not meet.
func (o *Options) clusterDir() string { return filepath.Join(o.workDir(), "clusters", o.Cluster) }

// builtIn is the folder to which the program's own fixtures are unpacked.
func builtIn() (string, error) {
	cache, err := supply.CacheDir()
	if err != nil {
		return "", err
	}
	return fixtures.Unpack(cache)
}

// builtInName is what people call a folder of the program's own fixtures: its name in the project. Any other
// folder keeps its name.
func builtInName(folder string) string {
	root, err := builtIn()
	if err != nil {
		return folder
	}
	if rel, err := filepath.Rel(root, folder); err == nil && filepath.IsLocal(rel) {
		return path.Join("fixtures", filepath.ToSlash(rel))
	}
	return folder
}
