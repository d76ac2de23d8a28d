// Package run takes a bundle to a verdict: it renders the bundle, provides the images, makes the cluster, sets up the test environment,
// has the specs run, and draws the verdict from their report.
//
// It knows the order of things and what happens when one of them fails. It must not know how each is done: that is left to the packages of
// that name.
package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Keep says what becomes of the cluster after a run. A cluster that stood before the run always stays.
type Keep string

// The values of KEEP=.
const (
	KeepAlways    Keep = "always"
	KeepOnFailure Keep = "on-failure"
	KeepNever     Keep = "never"
)

// Options are what the user says.
type Options struct {
	Root    string // checkout of this project
	Bundle  string // folder of the candidate; relative to the working directory
	Apps    string // folder of the applications whose routes are judged
	Traefik string // version of the platform's ingress controller

	// Candidate is the folder of the bundle that is to take the place of Bundle, which is then the baseline, and CandidateTraefik the
	// version that the ingress controller has with it; empty where nothing is to be changed. With Sabotage, spoilt copies of the
	// candidate are tried, and nothing else.
	Candidate        string
	CandidateTraefik string
	Sabotage         bool

	Artifacts string // folder that gets the results
	Cluster   string // kind's name of the cluster
	Images    supply.Mode
	Node      string // node image of kind that must be pulled; "" is the one of kind's library, or our own
	Keep      Keep
	Focus     string // Ginkgo's --focus
	Labels    string // Ginkgo's --label-filter
	Seed      int64  // Ginkgo's --seed, of the order of the faults; 0 takes one by the clock
	Rerun     string // verdict of an earlier run: only what that did not prove is run
	Catalogue verdict.Catalogue
	Clusters  int           // of this machine that divide the faults, 1 to MostClusters; 0 is one, and three for the whole full catalogue
	Shard     verdict.Shard // the part of a run that this is; the zero Shard is all of it
	Log       *progress.Log
}

// MostClusters is how many clusters may share the faults: each is a node of its own, of 2 GB.
const MostClusters = 8

// complete fills in defaults and checks what can be checked before anything is touched.
func (o *Options) complete() error {
	root, err := findRoot(o.Root)
	if err != nil {
		return err
	}
	o.Root = root
	for field, standard := range map[*string]string{
		&o.Bundle:    filepath.Join(root, "fixtures", "bundles", "reference"),
		&o.Apps:      filepath.Join(root, "fixtures", "apps"),
		&o.Artifacts: filepath.Join(root, "_artifacts"),
	} {
		if *field == "" {
			*field = standard
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
	if o.CandidateTraefik == "" {
		o.CandidateTraefik = o.Traefik
	}
	if err := cluster.CheckNodeImage(o.Node); err != nil {
		return fmt.Errorf("NODE=%s: %w", o.Node, err)
	}
	switch o.Keep {
	case KeepAlways, KeepOnFailure, KeepNever:
	case "":
		o.Keep = KeepOnFailure
	default:
		return fmt.Errorf("KEEP=%s is unknown; use always, on-failure or never", o.Keep)
	}
	switch o.Catalogue {
	case verdict.Smoke, verdict.Full:
	case "":
		o.Catalogue = verdict.Smoke
	default:
		return fmt.Errorf("catalogue %s is unknown; use smoke or full", o.Catalogue)
	}
	return o.share()
}

// share decides in how many parts the run is done, and which this process does itself.
func (o *Options) share() error {
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

// OwnPair fills in the project's own pair, where the user names none: the reference bundle and the version after it, and with them the
// ingress controller of the platform in the version after its own.
func (o *Options) OwnPair() error {
	if o.Bundle != "" && o.Candidate != "" {
		return nil
	}
	if o.Bundle != "" || o.Candidate != "" {
		return errors.New("--baseline and --candidate (BASELINE=, CANDIDATE=): give both, or neither for the project's own pair")
	}
	root, err := findRoot(o.Root)
	if err != nil {
		return err
	}
	o.Bundle, o.Candidate = filepath.Join(root, "fixtures", "bundles", "reference"), filepath.Join(root, "fixtures", "bundles", "candidate")
	if o.CandidateTraefik == "" {
		o.CandidateTraefik = "v3.7.5"
	}
	return nil
}

// workDir holds what a run leaves for the next one on this checkout: kubeconfig and markers.
func (o *Options) workDir() string { return filepath.Join(o.Root, "_work") }

// clusterDir holds what belongs to one cluster, so that runs on several do not meet.
func (o *Options) clusterDir() string { return filepath.Join(o.workDir(), "clusters", o.Cluster) }

// module is the first line of this project's go.mod.
const module = "module github.com/edgeproof/edgeproof\n"

// findRoot returns the checkout of this project that dir (or the working directory) lies in.
func findRoot(dir string) (string, error) {
	at, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the project's checkout: %w", err)
	}
	for {
		raw, err := os.ReadFile(filepath.Join(at, "go.mod")) // #nosec G304 -- looks for go.mod upwards
		if err == nil && len(raw) > len(module) && string(raw[:len(module)]) == module {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("find the project's checkout: no go.mod of edgeproof here or above; run this inside a checkout, or give --root")
		}
		at = filepath.Dir(at)
	}
}
