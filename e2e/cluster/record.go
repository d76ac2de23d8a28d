package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// MarkerPath is where the marker folder is mounted in every node container of ours (see the package comment).
const MarkerPath = "/etc/edgeproof"

// phase is how far a cluster has come.
type phase string

const (
	creating phase = "creating"
	ready    phase = "ready"
)

// record is what a work folder knows of its cluster. A cluster without a record, or with one that cannot be read, was
// not finished.
type record struct {
	Phase      phase     `json:"phase"`
	Inputs     string    `json:"inputs"`
	NodeImage  string    `json:"nodeImage"`
	Engine     string    `json:"engine"`
	Kubernetes string    `json:"kubernetes,omitempty"`
	Since      time.Time `json:"since"`
}

// readRecord gives nil where there is no record or only a torn one.
func readRecord(file string) (*record, error) {
	text, err := os.ReadFile(file) //nolint:gosec // below the work folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no record is an answer, not an error
	}
	if err != nil {
		return nil, fmt.Errorf("read the cluster's record: %w", err)
	}
	var r record
	if json.Unmarshal(text, &r) != nil {
		return nil, nil //nolint:nilnil // a torn record is no record
	}
	return &r, nil
}

// writeRecord replaces the record.
func writeRecord(file string, r record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the cluster's record: %w", err)
	}
	return writeAtomic(file, append(text, '\n'), 0o644)
}

// container describes a node container as the engine reports it.
type container struct {
	Name    string
	Running bool
	Status  string            // the engine's term: running, exited, created …
	Marker  string            // host folder mounted at MarkerPath, empty if none is
	Labels  map[string]string // of the container, kind's among them
	Foreign bool              // only in the engine's storage: a half-made container without any metadata
}

// owner is whose a container is.
type owner int

const (
	ours    owner = iota
	orphan        // of a work folder that is gone
	other         // of another work folder
	unknown       // without a known owner
)

// ownerOf looks at one container; exists reports whether a folder of the host exists. A container that exists in
// storage only has no metadata to carry a marker: it is ours if our record says that a creation was under way.
func ownerOf(c container, markerDir string, r *record, exists func(string) bool) owner {
	if c.Foreign {
		if r != nil && r.Phase == creating {
			return ours
		}
		return unknown
	}
	// Docker Desktop reports a folder of the host below the mount point of its virtual machine.
	source := strings.TrimPrefix(c.Marker, "/host_mnt")
	switch {
	case source == "":
		return unknown
	case samePath(source, markerDir):
		return ours
	case !exists(source):
		return orphan
	default:
		return other
	}
}

// samePath compares two paths, links resolved where they can be.
func samePath(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	realA, errA := filepath.EvalSymlinks(a)
	realB, errB := filepath.EvalSymlinks(b)
	return errA == nil && errB == nil && realA == realB
}

// NotOursError refuses to touch a cluster that this work folder did not make.
type NotOursError struct {
	Name      string
	Container string
	Made      string // marker folder of the work folder that made it, empty if it carries no marker
	Engine    string
}

// Error names the owner, as far as it is known, and the remedy.
func (e *NotOursError) Error() string {
	whose := "it was not made by edgeproof"
	remedy := fmt.Sprintf("choose another name, or remove it yourself if you can do without it: %s rm -f -v %s", e.Engine,
		e.Container)
	if e.Made != "" {
		whose = "another work folder made it: " + e.Made
		remedy = "run `make down` there, or choose another name"
	}
	return fmt.Sprintf("cluster %s: container %s is not ours (%s); %s", e.Name, e.Container, whose, remedy)
}

// guard refuses unless every container may be removed. It is called before every destructive step, on fresh facts.
func guard(c Config, containers []container, r *record, exists func(string) bool) error {
	i := slices.IndexFunc(containers, func(k container) bool {
		whose := ownerOf(k, c.markerDir(), r, exists)
		return whose != ours && whose != orphan
	})
	if i < 0 {
		return nil
	}
	refused := &NotOursError{Name: c.Name, Container: containers[i].Name, Engine: c.Engine.Name}
	if ownerOf(containers[i], c.markerDir(), r, exists) == other {
		refused.Made = containers[i].Marker
	}
	return refused
}

// isDir reports whether a folder of this host exists.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
