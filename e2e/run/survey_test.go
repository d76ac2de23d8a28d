package run

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

const (
	published = `apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dns, namespace: edge}
spec:
  selector: {matchLabels: {a: dns}}
  template:
    metadata: {labels: {a: dns}}
    spec:
      containers:
        - name: dns
          image: registry.k8s.io/external-dns/external-dns:v0.21.0
          args: [--provider=cloudflare, --source=ingress, --domain-filter=example.org]
          env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: token, key: api-token}}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: edge}
spec: {rules: [{host: web.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: edge}
spec: {selector: {a: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: edge}
spec:
  selector: {matchLabels: {a: web}}
  template: {metadata: {labels: {a: web}}, spec: {containers: [{name: web, image: "ghcr.io/private/web:1", ports: [{name: http, containerPort: 3000}]}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup, namespace: edge}
spec: {schedule: "0 0 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: b, image: "backup:1"}]}}}}}
`
	sealedToken = `apiVersion: v1
kind: Secret
metadata: {name: token, namespace: edge}
stringData: {api-token: "ENC[AES256_GCM,data:AAAA,iv:AA==,tag:AA==,type:str]"}
sops: {version: 3.9.0}
`
)

func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rendered renders a bundle as a run does, and returns what was printed.
func rendered(t *testing.T, o Options) (*Env, string, error) {
	t.Helper()
	var out bytes.Buffer
	o.Dir, o.Log = t.TempDir(), progress.Plain(&out)
	o.Reading.Offline = true
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	e := &Env{Options: o}
	err := e.render(t.Context())
	return e, out.String(), err
}

func TestAPublishedRepositoryIsJudgedByItsEdge(t *testing.T) {
	t.Parallel()
	e, printed, err := rendered(t, Options{Bundle: repository(t,
		map[string]string{"all.yaml": published, "token.yaml": sealedToken}), Engine: "auto"})
	if err != nil {
		t.Fatal(err)
	}
	names := func(b *bundle.Bundle) (all []string) {
		for _, o := range b.Objects() {
			all = append(all, o.GetKind()+" "+o.GetName())
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff([]string{"Deployment dns", "Namespace edge"}, names(e.Bundle)); diff != "" {
		t.Errorf("components (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Deployment web", "Ingress web", "Service web"}, names(e.Apps)); diff != "" {
		t.Errorf("applications (-want +got)\n%s", diff)
	}
	if images := e.Apps.Images(); len(images) != 1 || images[0].Reference != standInImage {
		t.Errorf("images of the applications are %v, want %s alone", images, standInImage)
	}
	if s := e.standIns(); len(s) != 1 || s[0].Name != "token" || s[0].Keys[0].Purpose != "cloudflare-token" {
		t.Errorf("stand-ins %+v, want the token", s)
	}
	if e.Options.Engine != gitops.Rendered {
		t.Errorf("it is delivered by %s", e.Options.Engine)
	}
	for _, want := range []string{
		"stand-in for Secret edge/token: it is encrypted with SOPS",
		"stand-in for Deployment edge/web", "left out: 1 objects",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
	judged := &test{options: e.Options, env: e, verdict: begun()}
	judged.describe()
	got := judged.verdict.Bundle.Survey
	if got == nil || len(got.StandIns) != 2 || got.LeftOut.ByKind["CronJob"] != 1 ||
		judged.verdict.Apps.Path != e.Apps.Path {
		t.Errorf("the verdict says %+v of %s", got, judged.verdict.Apps.Path)
	}
}

// TestOurOwnBundlesAreJudgedWhole: a complete bundle is what it was, to the byte.
func TestOurOwnBundlesAreJudgedWhole(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"reference", "candidate"} {
		folder := filepath.Join(own(t), "bundles", name)
		want, err := LoadBundle(t.Context(), folder, nil, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		e, _, err := rendered(t, Options{Bundle: folder})
		if err != nil {
			t.Fatal(err)
		}
		if e.Survey != nil || e.Bundle.Digest != want.Digest || e.Apps == nil {
			t.Errorf("%s has digest %s, want %s, and no survey", name, e.Bundle.Digest, want.Digest)
		}
	}
}

func TestWhatIsWrongInARepositoryIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files  map[string]string
		engine string
		want   string
	}{
		"a file that cannot be read": {map[string]string{
			"all.yaml": published, "token.yaml": sealedToken,
			"bad.yaml": "a: [\n",
		}, "", "bad.yaml"},
		"no edge": {map[string]string{"token.yaml": sealedToken}, "", "no part of the edge was found"},
		"Flux would deliver all": {
			map[string]string{"all.yaml": published, "token.yaml": sealedToken},
			"flux",
			"--engine flux",
		},
	} {
		_, _, err := rendered(t, Options{Bundle: repository(t, c.files), Engine: c.engine})
		var refused *bundle.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || refused.Remedy == "" {
			t.Errorf("%s: %v, want a refusal with %q and a remedy", name, err, c.want)
		}
	}
}

// TestWhatCannotBeAppliedAsItIsStands: what a new cluster would refuse has a stand-in, or is left out.
func TestWhatCannotBeAppliedAsItIsStands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ more, replace, want string }{
		"a kind of an operator that is not there": {`apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: token, namespace: edge}
spec: {data: [{secretKey: api-token, remoteRef: {key: a}}]}
`, "", "stand-in for Secret edge/token"},
		"a namespace": {"", "apiVersion: v1\nkind: Namespace\nmetadata: {name: edge}\n---\n", "stand-in for Namespace edge"},
		"a Service, of a repository that is not complete": {
			sealedToken, published[strings.Index(published, "---\napiVersion: v1\nkind: Service"):strings.Index(published,
				"---\napiVersion: batch")], "stand-in for Service edge/web",
		},
		"a variable": {
			"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: \"${NAME}\", namespace: edge}\n", "",
			"stand-in for variable NAME",
		},
	} {
		e, printed, err := rendered(t, Options{Bundle: repository(t, map[string]string{
			"all.yaml": strings.Replace(published, c.replace, "", 1), "more.yaml": c.more,
		})})
		if err != nil || e.Survey == nil || !strings.Contains(printed, c.want) {
			t.Errorf("%s: %v, want a survey with %q in\n%s", name, err, c.want, printed)
			continue
		}
		if len(e.Apps.Objects()) < 3 || len(e.Bundle.Objects()) != 2 || e.Bundle.Objects()[0].GetKind() != "Namespace" {
			t.Errorf("%s: components %v, applications %v", name, e.Bundle.Objects(), e.Apps.Objects())
		}
	}
}

// TestABundleWithoutRoutesIsRefusedBeforeAnythingIsMade: images and a cluster would be made in vain.
func TestABundleWithoutRoutesIsRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	e, _, err := rendered(t, Options{Bundle: repository(t, map[string]string{
		"all.yaml": published[:strings.Index(published, "---\napiVersion: networking")],
	})})
	if err != nil {
		t.Fatal(err)
	}
	var refused *bundle.Error
	if err := e.judgeable(); !errors.As(err, &refused) || !strings.Contains(err.Error(), "have an Ingress") ||
		refused.Remedy == "" {
		t.Errorf("judgeable: %v", err)
	}
}

func TestExclude(t *testing.T) {
	t.Parallel()
	e, _, err := rendered(t, Options{
		Bundle:  repository(t, map[string]string{"all.yaml": published}),
		Reading: Reading{Exclude: []string{"Deployment/edge/web"}},
	})
	if err != nil || e.Survey == nil || len(e.Apps.Objects()) != 2 {
		t.Errorf("%v, %+v", err, e.Survey)
	}
}

func TestReadingIsRepeated(t *testing.T) {
	t.Parallel()
	o := Options{Dir: "/p", Bundle: "/fleet", Apps: own(t) + "/apps", Cluster: "c", Clusters: 2, Reading: Reading{
		Variables: map[string]string{"B": "2", "A": "x y"}, Include: []string{"Secret/*"}, Exclude: []string{"Job/a"},
		Charts: "/charts", Offline: true,
	}}
	want := []string{"--var=A=x y", "--var=B=2", "--include=Secret/*", "--exclude=Job/a", "--charts=/charts", "--offline"}
	flux := o
	if line := (&test{options: flux, verdict: &verdict.Verdict{}}).command("LABELS", "DW-2"); strings.Contains(line,
		"ENGINE") {
		t.Error(line)
	}
	flux.Engine, flux.Kubernetes = "flux", "1.36"
	if line := (&test{options: flux, verdict: &verdict.Verdict{}}).command("LABELS", "DW-2"); !strings.Contains(line,
		" ENGINE=flux ") {
		t.Error(line)
	}
	for _, pair := range [][]string{{"--engine", "flux"}, {"--kubernetes", "1.36"}} {
		if got := flux.shardArguments(2, "d"); !strings.Contains(strings.Join(got, " "), strings.Join(pair, " ")) {
			t.Errorf("a shard gets %v, want %v", got, pair)
		}
	}
	if got := o.shardArguments(2, "d"); !slices.Equal(got[len(got)-len(want):], want) {
		t.Errorf("a shard gets %v, want %v at the end", got, want)
	}
	for value, want := range map[string]string{
		"b":   "make e2e BUNDLE=/fleet READING=--var=A=b LABELS=DW-2",
		"b c": `make e2e BUNDLE=/fleet READING=''"'"'--var=A=b c'"'"'' LABELS=DW-2`,
		"$b":  `make e2e BUNDLE=/fleet READING=''"'"'--var=A=$$b'"'"'' LABELS=DW-2`,
	} {
		o.Reading = Reading{Variables: map[string]string{"A": value}}
		if got := (&test{options: o, verdict: &verdict.Verdict{}}).command("LABELS", "DW-2"); got != want {
			t.Errorf("it is repeated by %s, want %s", got, want)
		}
	}
}

// TestAppsOfARepository: they are stood in for, unless --apps says that they run.
func TestAppsOfARepository(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{
		"": standInImage, AppsAuto: standInImage, AppsStandIn: standInImage, AppsReal: "ghcr.io/private/web:1",
	} {
		e, printed, err := rendered(t, Options{Apps: mode, Bundle: repository(t, map[string]string{
			"all.yaml": published, "token.yaml": sealedToken,
		})})
		if err != nil {
			t.Fatal(err)
		}
		if images := e.Apps.Images(); len(images) != 1 || images[0].Reference != want {
			t.Errorf("--apps=%s runs %v, want %s", mode, images, want)
		}
		if stands := strings.Contains(printed, "stand-in for Deployment edge/web"); stands != (want == standInImage) {
			t.Errorf("--apps=%s says\n%s", mode, printed)
		}
	}
}

// TestWhoJudgesReadsAlike: a candidate, a cluster that exists and a verdict are read as a run reads them.
func TestWhoJudgesReadsAlike(t *testing.T) {
	t.Parallel()
	folder := repository(t, map[string]string{"all.yaml": published, "token.yaml": sealedToken})
	e, _, err := rendered(t, Options{Bundle: folder, Candidate: folder})
	if err != nil {
		t.Fatal(err)
	}
	if e.Candidate == nil || e.Candidate.Digest != e.Bundle.Digest {
		t.Errorf("the candidate is %+v, want what the bundle is", e.Candidate)
	}
	v := Verification{Bundle: folder, Reading: Reading{Offline: true}, Log: progress.Plain(&bytes.Buffer{})}
	want, err := v.want(t.Context(), kubernetes.Default())
	if err != nil || want.Bundle.Digest != e.Bundle.Digest || want.Apps.Digest != e.Apps.Digest {
		t.Errorf("verify wants %+v, %v; the run has %s and %s", want, err, e.Bundle.Digest, e.Apps.Digest)
	}
}
