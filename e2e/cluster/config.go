package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/kind/pkg/log"

	"github.com/edgeproof/edgeproof/e2e/kubernetes"
)

// NodeRepository is the repository of the node images that this project builds. A node image from it brings its
// own pod network; any other is taken for one of kind's, which gets kind's default network.
const NodeRepository = "edgeproof.dev/node"

// InputsLabel is the label of the node that records from which inputs its cluster was made.
const InputsLabel = "edgeproof.dev/inputs"

// DefaultName is the name of the cluster when none is given.
const DefaultName = "edgeproof"

// Config describes the cluster that a run needs.
type Config struct {
	Name      string // kind's name for the cluster; its node is Name-control-plane
	NodeImage string // reference of the node image, known to the engine or pullable
	// Kubernetes is the minor of the node image, for what must be switched on in it.
	Kubernetes kubernetes.Minor
	// Inputs is a digest of everything that goes into the node image and that the caller wants to be part of "the same
	// cluster". How the cluster itself is configured is added here.
	Inputs     string
	Kubeconfig string // file that gets the cluster's credentials; no other kubeconfig is read or written
	WorkDir    string // absolute; marks whose cluster it is, and holds the lock, the record and scratch files
	Engine     *Engine
	Host       Host
	Log        log.Logger // kind's and this package's progress; nil: silent
}

// clusterName is what kind and the engines accept for a container name, short enough for a host name.
var clusterName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$`)

// Validate refuses a configuration that cannot make a cluster, naming the field.
func (c Config) Validate() error {
	switch {
	case !clusterName.MatchString(c.Name):
		return fmt.Errorf("cluster name %q: lower-case letters, digits and inner hyphens, at most 50", c.Name)
	case c.NodeImage == "":
		return fmt.Errorf("cluster %s: no node image", c.Name)
	case c.Inputs == "":
		return fmt.Errorf("cluster %s: no digest of its inputs", c.Name)
	case !filepath.IsAbs(c.WorkDir):
		return fmt.Errorf("cluster %s: work folder %q is not an absolute path", c.Name, c.WorkDir)
	case !filepath.IsAbs(c.Kubeconfig):
		return fmt.Errorf("cluster %s: kubeconfig %q is not an absolute path", c.Name, c.Kubeconfig)
	case c.Engine == nil:
		return fmt.Errorf("cluster %s: no container engine", c.Name)
	}
	return nil
}

// built reports whether the node image is one of this project's.
func (c Config) built() bool {
	rest, ok := strings.CutPrefix(c.NodeImage, NodeRepository)
	return ok && (rest == "" || rest[0] == ':' || rest[0] == '@')
}

// inputs is the digest that decides on reuse: the caller's, and how the cluster is configured. It is short enough for
// a label value (63 characters).
func (c Config) inputs() (string, error) {
	bare := kindConfig(c, "")
	text, err := renderKind(bare)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(fmt.Appendf(nil, "%q %q %q\n", c.Inputs, c.NodeImage, c.Engine.Name))
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))[:40], nil
}

// nodeName is the name that kind gives to the one node's container.
func (c Config) nodeName() string { return c.Name + "-control-plane" }

// The files of one cluster below the work folder.
func (c Config) dir() string        { return filepath.Join(c.WorkDir, "clusters", c.Name) }
func (c Config) lockFile() string   { return filepath.Join(c.dir(), "lock") }
func (c Config) markerDir() string  { return filepath.Join(c.dir(), "marker") }
func (c Config) recordFile() string { return filepath.Join(c.markerDir(), "cluster.json") }
func (c Config) scratchDir() string { return filepath.Join(c.dir(), "scratch") }
func (c Config) failedDir() string  { return filepath.Join(c.dir(), "failed") }

// orSilent gives a logger in any case.
func orSilent(l log.Logger) log.Logger {
	if l == nil {
		return log.NoopLogger{}
	}
	return l
}
