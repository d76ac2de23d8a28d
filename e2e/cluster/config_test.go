package cluster

import (
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/golden"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/kubernetes"
)

func config() Config {
	return Config{
		Name: "edgeproof", NodeImage: NodeRepository + ":0123abcd", Inputs: "sha256:feed",
		Kubeconfig: "/work-folder/kubeconfig", WorkDir: "/work-folder",
		Engine: &Engine{Name: Podman, CgroupV1: true},
		Host:   Host{OS: "linux", Restricted: true},
	}
}

func TestKindConfigGolden(t *testing.T) {
	t.Parallel()
	pulled := config()
	pulled.NodeImage = "kindest/node:v1.37.2@sha256:aa"
	pulled.Engine = &Engine{Name: Docker}
	pulled.Host = Host{OS: "linux"}
	for name, c := range map[string]Config{"built-restricted-cgroup-v1": config(), "pulled-free": pulled} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := renderKind(kindConfig(c, "0123456789abcdef"))
			if err != nil {
				t.Fatal(err)
			}
			golden.Assert(t, string(got), filepath.Join("kind", name+".yaml"))
			var again v1alpha4.Cluster
			if err := yaml.UnmarshalStrict(got, &again); err != nil {
				t.Errorf("kind could not read it: %v", err)
			}
		})
	}
}

func TestInputsFollowWhatMatters(t *testing.T) {
	t.Parallel()
	digest := func(change func(*Config)) string {
		c := config()
		e := *c.Engine
		c.Engine = &e
		change(&c)
		got, err := c.inputs()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	base := digest(func(*Config) {})
	if problems := validation.IsValidLabelValue(base); problems != nil {
		t.Errorf("digest %q is no label value: %v", base, problems)
	}
	for name, change := range map[string]func(*Config){
		"inputs":     func(c *Config) { c.Inputs = "sha256:beef" },
		"node image": func(c *Config) { c.NodeImage += "x" },
		"engine":     func(c *Config) { c.Engine.Name = Docker },
		"host":       func(c *Config) { c.Host.Restricted = false },
		"cgroup":     func(c *Config) { c.Engine.CgroupV1 = false },
		"name":       func(c *Config) { c.Name = "other" },
	} {
		if digest(change) == base {
			t.Errorf("a change of the %s leaves the digest as it was", name)
		}
	}
	for name, change := range map[string]func(*Config){
		"engine version": func(c *Config) { c.Engine.Version = "9" },
		"kubeconfig":     func(c *Config) { c.Kubeconfig = "/elsewhere" },
	} {
		if digest(change) != base {
			t.Errorf("a change of the %s changes the digest", name)
		}
	}
}

func TestBuilt(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]bool{
		NodeRepository + ":x":        true,
		NodeRepository + "@sha256:x": true,
		NodeRepository + "-not:x":    false,
		"kindest/node:v1.37.2":       false,
	} {
		if got := (Config{NodeImage: image}).built(); got != want {
			t.Errorf("built(%s) = %t", image, got)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if err := config().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Config){
		"name":        func(c *Config) { c.Name = "Edge Proof" },
		"at most 50":  func(c *Config) { c.Name = strings.Repeat("a", 51) },
		"node image":  func(c *Config) { c.NodeImage = "" },
		"digest":      func(c *Config) { c.Inputs = "" },
		"work folder": func(c *Config) { c.WorkDir = "relative" },
		"kubeconfig":  func(c *Config) { c.Kubeconfig = "" },
		"engine":      func(c *Config) { c.Engine = nil },
	} {
		c := config()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a refusal with %q", err, want)
		}
	}
}

func TestCheckNodeImage(t *testing.T) {
	t.Parallel()
	for image, fine := range map[string]bool{
		"": true, "kindest/node": true, "kindest/node:latest": true, "kindest/node@sha256:1": true,
		"localhost:5000/node":           true,
		"kindest/node:v1.37.0@sha256:1": true, "localhost:5000/node:v1.38.1": true, "kindest/node:v1.34.11": true,
		"kindest/node:v1.33.4": false, "localhost:5000/node:v1.33.4@sha256:1": false,
	} {
		if err := CheckNodeImage(image); (err == nil) != fine {
			t.Errorf("CheckNodeImage(%q) = %v", image, err)
		}
	}
}

// What a minor does not serve by default is switched on, and nothing is where all is on.
func TestKindIsAskedForWhatTheMinorLacks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"1.37": "", "1.36": "", "1.35": "MutatingAdmissionPolicy", "1.34": "MutatingAdmissionPolicy",
	} {
		minor, err := kubernetes.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		c := config()
		c.Kubernetes = minor
		text, err := renderKind(kindConfig(c, ""))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"featureGates:\n  MutatingAdmissionPolicy: true", "runtimeConfig:\n  " +
			"admissionregistration.k8s.io/v1beta1: \"true\""} {
			if strings.Contains(string(text), part) != (want != "") {
				t.Errorf("%s: %q in kind's configuration: %t\n%s", name, part, want == "", text)
			}
		}
	}
}
