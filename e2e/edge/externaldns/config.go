// Package externaldns knows how external-dns behaves: how it is set up by flags and variables, which objects
// and names it takes, how it names and writes its ownership records, what it logs of a sync, and where it takes
// its credential from; by version where versions differ (sigs.k8s.io/external-dns v0.14.2 to v0.23.0, read in
// source).
//
// It reads plain data and Kubernetes types, and does no I/O. It must not know how facts are collected, nor
// judge or explain: one place says what external-dns does, and the rooms above ask here.
package externaldns

import (
	"time"

	"github.com/Masterminds/semver/v3"
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

// Program is what an image of external-dns is called.
const Program = "external-dns"

// Config is how one external-dns is set up.
type Config struct {
	// Version is that of its image; nil when it is not known, which is taken for a new one.
	Version *semver.Version
	// Image is the reference of its image, and Container the index of its container in the pod.
	Image     string
	Container int

	Provider string
	Sources  []string
	// Policy is sync, upsert-only or create-only; "" where it must be given and is not (0.22 and later).
	Policy string
	// Registry is how it remembers what it owns: txt, noop, dynamodb, aws-sd or crd.
	Registry string
	// OwnerID is the owner in its ownership records. It does not start with an empty one.
	OwnerID string
	// FormerOwnerID is the owner whose records it takes over.
	FormerOwnerID string
	TXT           Naming
	// Encrypted says that its ownership records are encrypted.
	Encrypted bool
	Filter    Filter
	Selection Selection
	// Proxied says that records are proxied by Cloudflare where no annotation says otherwise.
	Proxied  bool
	Interval time.Duration
	LogLevel string
	DryRun   bool

	// Credentials are where it takes its credential for Cloudflare from, the first that holds something counts.
	Credentials []Credential
	// Unread are the objects that may hold more settings and are not known: "ConfigMap cert-manager/external-dns".
	Unread []string

	flags flags
}

// Find returns the index of the container that runs external-dns, -1 for none.
func Find(pod core.PodSpec) int {
	for i := range pod.Containers {
		if image.Is(pod.Containers[i].Image, Program) {
			return i
		}
	}
	return -1
}

// Read reads how external-dns is set up from the pod template of its workload, of whatever kind that is; false
// when the pod has no container of it.
func Read(namespace string, pod core.PodSpec, from Sources) (Config, bool) {
	at := Find(pod)
	if at < 0 {
		return Config{}, false
	}
	container := &pod.Containers[at]
	env := &environment{namespace: namespace, container: container, from: from, unread: map[string]bool{}}
	f := readFlags(env)
	c := Config{
		Version:   image.Version(container.Image),
		Image:     container.Image,
		Container: at,
		Provider:  f.last("provider"),
		Sources:   f.all("source"),
		Registry: f.or(
			"registry",
			"txt",
		),
		OwnerID:       f.or("txt-owner-id", "default"),
		FormerOwnerID: f.last("migrate-from-txt-owner"),
		TXT:           NewNaming(f.last("txt-prefix"), f.last("txt-suffix"), f.last("txt-wildcard-replacement")),
		Encrypted:     f.on("txt-encrypt-enabled"),
		Proxied:       f.on("cloudflare-proxied"),
		Interval:      f.duration("interval", time.Minute),
		LogLevel:      f.or("log-level", "info"),
		DryRun:        f.on("dry-run"),
		flags:         f,
	}
	c.Policy = f.last("policy")
	if c.Policy == "" && !c.PolicyRequired() {
		c.Policy = "sync"
	}
	c.Filter = readFilter(f, c.Before(0, 21))
	c.Selection = readSelection(f, c.Before(0, 22))
	c.Credentials = credentials(env, &pod)
	c.Unread = env.missing()
	return c, true
}

// Before reports whether the version is known to be older than major.minor.
func (c Config) Before(major, minor uint64) bool {
	return c.Version != nil && c.Version.LessThan(semver.New(major, minor, 0, "", ""))
}

// PolicyRequired reports whether this version does not start without --policy (0.22, #6424).
func (c Config) PolicyRequired() bool { return !c.Before(0, 22) }

// OwnsByTXT reports whether TXT records say what it owns.
func (c Config) OwnsByTXT() bool { return c.Registry == "txt" }

// HasSource reports whether it reads objects of a kind: "ingress".
func (c Config) HasSource(name string) bool {
	for _, source := range c.Sources {
		if source == name {
			return true
		}
	}
	return false
}

// Values are those of a flag, by the flag itself or by its variable.
func (c Config) Values(flag string) []string {
	if c.flags.env == nil {
		return nil
	}
	return c.flags.all(flag)
}

// Patience is the age of a last sync up to which the next one is not overdue.
func (c Config) Patience() time.Duration { return 2*c.Interval + SyncTime }
