package explain_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// quick explains as a user with no internet would.
func quick(o explain.Options) explain.Options {
	if o.Output == "" {
		o.Output = "text"
	}
	if o.Internet == "" {
		o.Internet = "auto"
	}
	o.Resolver, o.Timeout = "127.0.0.1:1", 30*time.Second // where nothing answers, at once
	return o
}

func run(t *testing.T, o explain.Options) (code int, out string, err error) {
	t.Helper()
	var b bytes.Buffer
	code, err = explain.Run(t.Context(), quick(o), &b)
	return code, b.String(), err
}

func TestASavedSnapshotExplainsTheSame(t *testing.T) {
	t.Parallel()
	a := cluster()
	kubeconfig := a.kubeconfig(t)
	for _, output := range report.ExplanationFormats() {
		for name, o := range map[string]explain.Options{
			"host": {Target: "develop.safeops.work"}, "ingress": {Target: "ingress/frontend", Namespace: "develop"},
			"all": {All: true}, "wildcard": {Target: "x.apps.safeops.work"},
		} {
			file := filepath.Join(t.TempDir(), "edge.json")
			o.Output = output
			seen := o
			seen.Kubeconfig, seen.Save = kubeconfig, file
			code, first, err := run(t, seen)
			if err != nil || first == "" || code == explain.Healthy {
				t.Fatalf("%s as %s: %d, %v, %q", name, output, code, err, first)
			}
			again := o
			again.Snapshot = file
			replayed, second, err := run(t, again)
			if err != nil || replayed != code {
				t.Errorf("%s as %s: status %d, then %d, %v", name, output, code, replayed, err)
			}
			if d := cmp.Diff(first, second); d != "" {
				t.Errorf("%s as %s (-seen +replayed):\n%s", name, output, d)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the snapshot is for its owner: %v, %v", info.Mode(), err)
			}
		}
	}
	for _, request := range a.requests() {
		if !strings.HasPrefix(request, http.MethodGet+" ") {
			t.Errorf("it must only read, and sent %s", request)
		}
	}
}

func TestBadOptionsSendNoRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const host = "develop.safeops.work"
	a := cluster()
	kubeconfig := a.kubeconfig(t)
	for name, c := range map[string]struct {
		o    explain.Options
		want string
	}{
		"nothing":             {explain.Options{}, "a host, ingress/NAMESPACE/NAME (httproute"},
		"both":                {explain.Options{Target: host, All: true}, "leave out one"},
		"a URL":               {explain.Options{Target: "https://" + host + "/"}, "give the name alone"},
		"no host":             {explain.Options{Target: "a b"}, "give the name alone"},
		"another kind":        {explain.Options{Target: "deployment/develop/frontend"}, "ingress/NAMESPACE/NAME"},
		"no name":             {explain.Options{Target: "ingress/develop/"}, "give ingress/NAMESPACE/NAME"},
		"too many names":      {explain.Options{Target: "ingress/a/b/c"}, "give ingress/NAMESPACE/NAME"},
		"two namespaces":      {explain.Options{Target: "ingress/a/b", Namespace: "c"}, "leave out -n"},
		"an unknown output":   {explain.Options{Target: host, Output: "yaml"}, "use text, json, html, markdown"},
		"an unknown internet": {explain.Options{Target: host, Internet: "none"}, "use auto, live or fake"},
		"save a saved one":    {explain.Options{Target: host, Snapshot: "a", Save: "b"}, "leave out --save"},
		"save to nowhere": {
			explain.Options{Target: host, Save: filepath.Join(dir, "no", "x")},
			"name a file in an existing folder",
		},
		"save to a folder":  {explain.Options{Target: host, Save: dir}, "name a file in it"},
		"save below a file": {explain.Options{Target: host, Save: filepath.Join(file("f", ""), "x")}, "is not a folder"},
		"no snapshot":       {explain.Options{Target: host, Snapshot: filepath.Join(dir, "none")}, "--all --save FILE"},
		"no JSON":           {explain.Options{Target: host, Snapshot: file("text", "hello")}, "--all --save FILE"},
		"another version": {
			explain.Options{Target: host, Snapshot: file("old", `{"apiVersion":"edgeproof/v0"}`)},
			`apiVersion "edgeproof/v0", and this program reads "` + facts.Format + `"`,
		},
		"another document": {explain.Options{
			Target:   host,
			Snapshot: file("verdict", `{"apiVersion":"`+facts.Format+`","result":"pass"}`),
		}, "is not a snapshot"},
		"other types": {explain.Options{
			Target:   host,
			Snapshot: file("types", `{"apiVersion":"`+facts.Format+`","time":7}`),
		}, "--all --save FILE"},
		"no kubeconfig": {explain.Options{Target: host, Kubeconfig: filepath.Join(dir, "none")}, "--kubeconfig FILE"},
		"no context":    {explain.Options{Target: host, Kubeconfig: kubeconfig, Context: "none"}, "--context NAME"},
	} {
		if c.o.Kubeconfig == "" {
			c.o.Kubeconfig = kubeconfig
		}
		code, out, err := run(t, c.o)
		if err == nil || code != 2 || out != "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: status %d, %q, %v; want %q", name, code, out, err, c.want)
		}
	}
	if asked := a.requests(); len(asked) > 0 {
		t.Errorf("requests sent: %v", asked)
	}
}

func TestACluster(t *testing.T) {
	t.Parallel()
	const host = "develop.safeops.work"
	forbidden := cluster()
	forbidden.forbidden = "ingresses"
	gone := filepath.Join(t.TempDir(), "gone")
	writeKubeconfig(t, gone, "http://127.0.0.1:1")
	for name, c := range map[string]struct {
		o    explain.Options
		want []string
	}{
		"that does not answer": {
			explain.Options{Target: host, Kubeconfig: gone},
			[]string{"http://127.0.0.1:1", "kubectl config current-context"},
		},
		"that forbids it": {
			explain.Options{Target: host, Kubeconfig: forbidden.kubeconfig(t)},
			[]string{"e2e/facts/rbac.yaml"},
		},
		"without that host": {
			explain.Options{Target: "developp.safeops.work", Kubeconfig: cluster().kubeconfig(t)},
			[]string{"no route has this host", host},
		},
		"without it there": {explain.Options{
			Target: host, Namespace: "staging",
			Kubeconfig: cluster().kubeconfig(t),
		}, []string{"in namespace staging"}},
		"without that Ingress": {
			explain.Options{Target: "ingress/frontend", Kubeconfig: cluster().kubeconfig(t)},
			[]string{"Ingress default/frontend", "ingress/develop/frontend"},
		},
		"without any": {
			explain.Options{All: true, Kubeconfig: (&apiServer{}).kubeconfig(t)},
			[]string{"no route has a host", "kubectl get ingress,httproute -A"},
		},
		"without the fake internet": {
			explain.Options{All: true, Internet: "fake", Kubeconfig: cluster().kubeconfig(t)},
			[]string{"no Service internet/control", "edgeproof up"},
		},
		"with one that is broken": {
			explain.Options{All: true, Kubeconfig: cluster().with(controlService()).kubeconfig(t)},
			[]string{"Service internet/control", "--internet live"},
		},
	} {
		code, out, err := run(t, c.o)
		if err == nil || code != 2 || out != "" {
			t.Errorf("a cluster %s: status %d, %q, %v", name, code, out, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("a cluster %s: %v; want %q", name, err, want)
			}
		}
	}
}

func TestTheFakeInternetIsFound(t *testing.T) {
	t.Parallel()
	a := cluster().with(controlService())
	a.control = fakeInternet(t)
	file := filepath.Join(t.TempDir(), "edge.json")
	if _, _, err := run(t, explain.Options{All: true, Save: file, Kubeconfig: a.kubeconfig(t)}); err != nil {
		t.Fatal(err)
	}
	s, err := explain.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Zones) != 1 || s.Zones[0].Name != "safeops.work" ||
		s.DNS["develop.safeops.work"].Authority.Rcode != "NOERROR" {
		t.Errorf("zones %+v, DNS %+v, errors %+v", s.Zones, s.DNS, s.Errors)
	}
}

// saved is a snapshot of Ingresses alone.
func saved(t *testing.T, ingresses map[string][]string) string {
	t.Helper()
	s := facts.Snapshot{Format: facts.Format, Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Parts: facts.All()}
	for name, hosts := range ingresses {
		namespace, name, _ := strings.Cut(name, "/")
		i := networking.Ingress{ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name}}
		for _, host := range hosts {
			i.Spec.Rules = append(i.Spec.Rules, networking.IngressRule{Host: host})
		}
		s.Ingresses = append(s.Ingresses, i)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "edge.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhichRoutesAreMeant(t *testing.T) {
	t.Parallel()
	file := saved(t, map[string][]string{
		"default/web": {"web.example.org"}, "develop/web": {"a.example.org", "b.example.org"},
		"staging/web": {"a.example.org"}, "staging/wild": {"*.example.org"},
	})
	for name, c := range map[string]struct {
		o    explain.Options
		want []string
	}{
		"a host, in both": {
			explain.Options{Target: "A.example.org."},
			[]string{"a.example.org develop/web", "a.example.org staging/web"},
		},
		"a host, in one": {
			explain.Options{Target: "a.example.org", Namespace: "staging"},
			[]string{"a.example.org staging/web"},
		},
		"an Ingress": {
			explain.Options{Target: "ingress/develop/web"},
			[]string{"a.example.org develop/web", "b.example.org develop/web"},
		},
		"an Ingress by -n": {
			explain.Options{Target: "ing/web", Namespace: "staging"},
			[]string{"a.example.org staging/web"},
		},
		"an Ingress by default":  {explain.Options{Target: "ingress/web"}, []string{"web.example.org default/web"}},
		"what a wildcard covers": {explain.Options{Target: "x.example.org"}, []string{"x.example.org staging/wild"}},
		"the wildcard itself":    {explain.Options{Target: "*.example.org"}, []string{"*.example.org staging/wild"}},
		"all": {
			explain.Options{All: true},
			[]string{
				"*.example.org staging/wild", "a.example.org develop/web", "a.example.org staging/web",
				"b.example.org develop/web", "web.example.org default/web",
			},
		},
		"all of a namespace": {
			explain.Options{All: true, Namespace: "default"},
			[]string{"web.example.org default/web"},
		},
		"a wildcard has one label": {explain.Options{Target: "x.y.example.org"}, nil},
		"nor none":                 {explain.Options{Target: "example.org"}, nil},
	} {
		c.o.Snapshot, c.o.Output = file, "json"
		_, out, err := run(t, c.o)
		if c.want == nil {
			if err == nil {
				t.Errorf("%s: no error, %s", name, out)
			}
			continue
		}
		var e report.Explanation
		if err != nil || json.Unmarshal([]byte(out), &e) != nil {
			t.Errorf("%s: %v, %s", name, err, out)
		}
		var got []string
		for _, r := range e.Routes {
			got = append(got, r.Host+" "+r.Ingress.String())
		}
		slices.Sort(got)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}
