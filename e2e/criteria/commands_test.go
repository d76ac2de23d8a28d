package criteria_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

const pods = `NAME                                       READY   STATUS      RESTARTS      AGE
cert-manager-7d67448f59-9x2kq              1/1     Running     0             3m12s
cert-manager-cainjector-666b8b6b66-vv5nj   1/1     Running     0             3m12s
cert-manager-startupapicheck-vm4kd         0/1     Completed   0             3m11s
cert-manager-webhook-78cb4cf989-h2hzs      1/1     Running     2 (97s ago)   3m12s
external-dns-58f6d7f5b6-tq9wd              1/1     Running     0             2m58s
`

const issuers = `NAME                     READY   AGE
letsencrypt-production   True    3m
letsencrypt-staging      True    3m
`

const syncLog = `time="2026-03-01T11:58:00Z" level=info msg="Instantiating new Kubernetes client"
time="2026-03-01T11:58:01Z" level=info msg="Changing record." action=CREATE record=develop.safeops.work ttl=1 type=A zone=0f0e
time="2026-03-01T11:59:01Z" level=info msg="All records are already up to date"
`

const frontend = `Name:             frontend
Labels:           <none>
Namespace:        develop
Address:          203.0.113.10
Ingress Class:    traefik
Default backend:  <default>
TLS:
  frontend-tls terminates develop.safeops.work
Rules:
  Host                  Path  Backends
  ----                  ----  --------
  develop.safeops.work  
                        /   frontend:8080 (10.244.0.12:8080)
Annotations:            cert-manager.io/cluster-issuer: letsencrypt-production
                        external-dns.alpha.kubernetes.io/cloudflare-proxied: false
Events:
  Type     Reason             Age    From                       Message
  ----     ------             ----   ----                       -------
  Normal   CreateCertificate  2m35s  cert-manager-ingress-shim  Successfully created Certificate "frontend-tls"
  Warning  BadConfig          2m30s  cert-manager-ingress-shim  TLS entry 1 is invalid
`

const certificates = `NAME                                       READY   SECRET         AGE
certificate.cert-manager.io/frontend-tls   True    frontend-tls   2m40s

NAME                  TYPE                DATA   AGE
secret/frontend-tls   kubernetes.io/tls   2      95s
`

type reading struct {
	name, text, reason string // no reason: met
}

// printed judges a criterion by what its command printed.
func printed(id criteria.ID, text string) judge.Judgement {
	return criteria.Judge(id, criteria.View{Printed: text, Target: reference(), ExternalDNS: "external-dns"})
}

func read(t *testing.T, id criteria.ID, cases ...reading) {
	t.Helper()
	for _, c := range cases {
		t.Run(string(id)+" "+c.name, func(t *testing.T) {
			t.Parallel()
			j := printed(id, c.text)
			if c.reason != "" {
				expect(t, j, false, c.reason)
			} else if !j.Met {
				t.Errorf("not met: %v", j.Reasons)
			}
		})
	}
}

func TestReadCommands(t *testing.T) {
	t.Parallel()
	const denied = `Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods"` + "\n"
	read(t, "VC-1",
		reading{"all well", pods, ""},
		reading{
			"no Secret", "NAME                            READY   STATUS                       RESTARTS   AGE\n" +
				"cert-manager-7d67448f59-9x2kq   1/1     Running                      0          3m\n" +
				"external-dns-58f6d7f5b6-tq9wd   0/1     CreateContainerConfigError   0          3m\n",
			"Pod external-dns-58f6d7f5b6-tq9wd: CreateContainerConfigError",
		},
		reading{
			"not ready", swap(pods, "tq9wd              1/1 ", "tq9wd              0/1 "),
			"Pod external-dns-58f6d7f5b6-tq9wd: 0/1 containers ready",
		},
		reading{
			"restarting", "NAME                            READY   STATUS             RESTARTS      AGE\n" +
				"cert-manager-7d67448f59-9x2kq   1/1     Running            0             3m\n" +
				"external-dns-58f6d7f5b6-tq9wd   0/1     CrashLoopBackOff   5 (12s ago)   3m\n",
			"Pod external-dns-58f6d7f5b6-tq9wd: " +
				"CrashLoopBackOff",
		},
		reading{"one missing", swap(pods, "external-dns-", "other-"), "shows no pod of external-dns"},
		reading{"none", "No resources found in cert-manager namespace.\n", "shows no pod: No resources found in " +
			"cert-manager namespace."},
		reading{"refused", denied, "kubectl: Error from server (Forbidden): pods is forbidden"},
		reading{"nothing", "", "shows no pod"},
	)
	read(t, "VC-2",
		reading{"all well", issuers, ""},
		reading{"not ready", swap(issuers, "production   True ", "production   False"), "ClusterIssuer " +
			"letsencrypt-production: READY is False"},
		reading{
			"not looked at", swap(issuers, "production   True ", "production        "),
			"ClusterIssuer letsencrypt-production: READY is empty",
		},
		reading{
			"renamed", swap(issuers, "letsencrypt-production", "letsencrypt-prod      "),
			"ClusterIssuer letsencrypt-production: not shown",
		},
		reading{"none", "No resources found\n", "shows none: No resources found"},
		reading{"no CRDs", `error: the server doesn't have a resource type "clusterissuer"` +
			"\n", `kubectl: error: the server doesn't have a resource type "clusterissuer"`},
	)
	read(t, "VC-3",
		reading{"text", syncLog, ""},
		reading{"json", `{"level":"info","msg":"All records are already up to date","time":"2026-03-01T11:59:01Z"}`, ""},
		reading{"error after", syncLog + `time="2026-03-01T12:00:01Z" level=error msg="Failed to do run once: soft error\nfailed to list zones"`, "failed to list zones"},
		reading{"fatal only", `time="2026-03-01T12:00:01Z" level=fatal msg="Failed to do run once: 10000: Authentication error"`, "fatal: Failed to do run once: 10000: Authentication error"},
		reading{"json error", `{"level":"error","msg":"boom","time":"2026-03-01T12:00:01Z"}`, "error: boom"},
		reading{"another name", `error: error from server (NotFound): deployments.apps "external-dns" not found in namespace "cert-manager"`, "kubectl: error: error from server (NotFound)"},
		reading{
			"silent", `time="2026-03-01T11:58:00Z" level=info msg="Created Kubernetes client https://10.96.0.1:443"`,
			"tells of no finished sync",
		},
		reading{"empty", "", "its log of 0 lines tells of no finished sync"},
	)
	read(t, "VC-4",
		reading{"all well", frontend, ""},
		reading{"no address", swap(frontend, "203.0.113.10", ""), "Ingress develop/frontend: has no address"},
		reading{"no class", swap(frontend, "traefik\n", "<none>\n"), "Ingress develop/frontend: has no class"},
		reading{
			"no TLS", swap(frontend, "TLS:\n  frontend-tls terminates develop.safeops.work\n", ""),
			"Ingress develop/frontend: shows no TLS block",
		},
		reading{"no Secret", swap(frontend, "frontend-tls terminates", "SNI routes"), "a TLS block names no Secret"},
		reading{"another host", swap(frontend, "terminates develop.safeops.work",
			"terminates www.safeops.work,safeops.work"), "host develop.safeops.work is in no TLS block, which show " +
			"www.safeops.work, safeops.work"},
		reading{
			"no issuer", swap(frontend, "cert-manager.io/cluster-issuer: letsencrypt-production", "a: b"),
			"shows no annotation cert-manager.io/cluster-issuer",
		},
		reading{
			"no endpoints", swap(frontend, "(10.244.0.12:8080)", "()"),
			"backend frontend:8080 of develop.safeops.work " +
				"has no endpoints",
		},
		reading{"no endpoint slices", swap(frontend, "(10.244.0.12:8080)", "(<none>)"), "backend frontend:8080 of " +
			"develop.safeops.work has no endpoints"},
		reading{
			"no service", swap(frontend, "(10.244.0.12:8080)", `(<error: services "frontend" not found>)`),
			`services "frontend" not found`,
		},
		reading{"no host", swap(frontend, "  develop.safeops.work  \n", "  *\n"), "shows no rule with a host"},
		reading{
			"not there", `Error from server (NotFound): ingresses.networking.k8s.io "frontend" not found`,
			`kubectl: Error from server (NotFound): ingresses.networking.k8s.io "frontend" not found`,
		},
		reading{"empty", "", "shows no Ingress"},
	)
	read(t, "VC-5",
		reading{"all well", certificates, ""},
		reading{
			"pending", swap(certificates, "frontend-tls   True ", "frontend-tls   False"),
			"Certificate frontend-tls: READY is False",
		},
		reading{"no Secret", certificates[:strings.Index(certificates, "\n\n")+1], "Certificate frontend-tls: ready, but " +
			"Secret frontend-tls is not shown"},
		reading{"half a Secret", swap(certificates, "tls   2  ", "tls   1  "), "Secret frontend-tls: is of type and " +
			"entries kubernetes.io/tls 1"},
		reading{"opaque", swap(certificates, "kubernetes.io/tls", "Opaque           "), "Secret frontend-tls: is of type " +
			"and entries Opaque 2"},
		reading{"only Secrets", "NAME           TYPE                DATA   AGE\nfrontend-tls   kubernetes.io/tls   2      " +
			"95s\n", "shows no certificate"},
		reading{
			"another", swap(certificates, "True    frontend-tls", "True    backend-tls "),
			"Certificate frontend-tls: ready, but Secret backend-tls is not shown",
		},
		reading{"none", "No resources found in develop namespace.\n", "shows no certificate"},
	)
}

func TestCommandFollowsTheNameOfTheDeployment(t *testing.T) {
	t.Parallel()
	s, target := healthy(), reference()
	works := func(id criteria.ID) string {
		c, _ := criteria.Lookup(id)
		return c.Command.Works(s, target)
	}
	for _, c := range criteria.Of(criteria.VerificationCommand) {
		if c.Command == nil {
			t.Errorf("%s has no command", c.ID)
			continue
		}
		line := c.Command.Line(target)
		if got := works(c.ID); got != line || "`"+got+"`" != c.Text {
			t.Errorf("%s: %q works, %q is the line; the specification has %s", c.ID, got, line, c.Text)
		}
	}
	s.Deployments[3].Name = "cert-manager-external-dns"
	if got := works("VC-3"); got != "kubectl -n cert-manager logs deploy/cert-manager-external-dns --since=10m" {
		t.Errorf("a renamed Deployment: %q", got)
	}
	s.Deployments = nil
	if got := works("VC-3"); got != "" {
		t.Errorf("no Deployment: %q", got)
	}
	target.Routes[0].Source = edge.Source{Kind: edge.Ingress, Namespace: "shop", Name: "web"}
	c, _ := criteria.Lookup("VC-4")
	if got := c.Command.Line(target); got != "kubectl -n shop describe ingress web" {
		t.Errorf("the command for another target: %q", got)
	}
	if got := works("VC-4"); got != "" {
		t.Errorf("no route of the target is there: %q works", got)
	}
	why := c.Command.Impossible(errors.New("exit status 1"), s, target)
	if !strings.HasSuffix(why, "exit status 1; what it asks for is not there") {
		t.Errorf("impossible: %s", why)
	}
}

func FuzzReaders(f *testing.F) {
	for _, text := range []string{
		pods, issuers, syncLog, frontend, certificates, "", "NAME \n",
		"TLS:\n  terminates\nRules:\n *", "NAME  é\nx\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range criteria.Of(criteria.VerificationCommand) {
			if j := printed(c.ID, text); j.Met == (len(j.Reasons) > 0) {
				t.Errorf("met is %v with reasons %q", j.Met, j.Reasons)
			}
		}
	})
}
