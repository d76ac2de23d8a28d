package rules_test

import (
	"slices"
	"testing"
	"time"

	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const theSecret = "Secret cert-manager/cloudflare-api-token"

// down is the state of a route that was asked for while the credential was broken: nothing could be written or issued.
func down() map[diagnose.Layer]diagnose.State {
	return map[diagnose.Layer]diagnose.State{
		diagnose.Credential: diagnose.Broken, diagnose.DNS: diagnose.Blocked,
		diagnose.Certificate: diagnose.Blocked,
	}
}

// latent is that of a route from before: it serves still.
func latent() map[diagnose.Layer]diagnose.State {
	return map[diagnose.Layer]diagnose.State{diagnose.Credential: diagnose.Broken}
}

// withoutSecret takes the credential's Secret away.
func withoutSecret(w world) {
	w.Secrets = w.Secrets[1:]
	w.token.Fingerprint, w.token.Status, w.token.ZoneRead, w.token.DNSRead, w.token.DNSEdit, w.token.Zones = "", "", nil,
		nil, nil, nil
}

// refused makes external-dns log an error after its last good sync.
func (w world) refused(level, message string) {
	w.logs(line(4, "info", "All records are already up to date"), line(1, level, message))
}

const (
	fatal403 = `Failed to do run once: failed to fetch zones from Cloudflare: GET "https://api.cloudflare.com/client/v4/zones": 403 Forbidden {"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`
	noZones  = "Found no Zones for domain _acme-challenge.develop.safeops.work. (neither in the sub-domain nor in the " +
		"SLD) please make sure your domain-entries in the config are correct and the API key is " +
		"correctly setup with Zone.read rights."
	query = `while attempting to find Zones for domain _acme-challenge.develop.safeops.work.` + "\n" +
		`while querying the Cloudflare API for GET "/zones?name=develop.safeops.work" ` + "\n\t"
)

func no() *bool { return new(bool) }

func TestCredential(t *testing.T) { run(t, credentialScenes()) }

func credentialScenes() []scene {
	return []scene{
		{
			name: "token-secret-missing", causes: []string{"token-secret-missing " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(`error getting cloudflare secret: secret "cloudflare-api-token" not found`)
				withoutSecret(*w.again())
				w.stops(w.dns, "CreateContainerConfigError", `secret "cloudflare-api-token" not found`)
				w.Logs = nil
			},
		},
		{
			name: "token-secret-missing/while everything serves", causes: []string{"token-secret-missing " + theSecret},
			states: latent(),
			do:     withoutSecret,
		},
		{
			name: "token-secret-missing/cert-manager 1.21", causes: []string{"token-secret-missing " + theSecret},
			states: latent(),
			do: func(w world) {
				withoutSecret(w)
				w.controller.Spec.Template.Spec.Containers[0].Image = "quay.io/jetstack/cert-manager-controller:v1.21.2"
				c := &w.ClusterIssuers[0].Status.Conditions[0]
				c.Status, c.Reason, c.Message = cmmeta.ConditionFalse, "InvalidSolver",
					`failed to get secret "cloudflare-api-token": secrets "cloudflare-api-token" not found`
			},
		},
		{
			name: "token-secret-missing/Secrets cannot be read", causes: []string{"token-secret-missing " + theSecret},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential: diagnose.Broken, diagnose.DNS: diagnose.Blocked,
				diagnose.Certificate: diagnose.Unknown,
			},
			do: func(w world) {
				w.unresolved()
				w.stops(w.dns, "CreateContainerConfigError", `secret "cloudflare-api-token" not found`)
				w.Logs = nil
				without(without(w.Snapshot, facts.Secrets, "refused"), facts.Tokens, "refused")
			},
		},
		{
			name: "token-secret-missing/only the issuer's", causes: []string{"token-secret-missing Secret " +
				"cert-manager/acme-token"},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential: diagnose.Broken, diagnose.DNS: diagnose.Broken,
				diagnose.Certificate: diagnose.Blocked,
			},
			more: "the record is gone for another reason, which the issuer's credential does not excuse",
			do: func(w world) {
				w.unresolved()
				w.unissued(`error getting cloudflare secret: secret "acme-token" not found`)
				w.ClusterIssuers[0].Spec.ACME.Solvers[0].DNS01.Cloudflare.APIToken.Name = "acme-token"
			},
		},
		{
			name: "token-wrong-namespace", causes: []string{"token-wrong-namespace " + theSecret}, states: latent(),
			do: func(w world) {
				w.Secrets[0].Namespace = "default"
				w.token.Status, w.token.Fingerprint, w.token.ZoneRead = "", "", nil
			},
		},
		{
			name: "token-secret-missing/external-dns elsewhere", causes: []string{"token-secret-missing Secret " +
				"external-dns/cloudflare-api-token"},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential: diagnose.Broken,
				diagnose.DNS:        diagnose.Blocked,
			},
			do: func(w world) {
				w.unresolved()
				w.pod(w.dns).Namespace, w.Logs[0].Namespace = "external-dns", "external-dns"
				w.dns.Namespace = "external-dns"
				w.stops(w.dns, "CreateContainerConfigError", `secret "cloudflare-api-token" not found`)
				w.Logs = nil
			},
		},
		{
			name: "token-wrong-key-name", causes: []string{"token-wrong-key-name " + theSecret}, states: latent(),
			do: func(w world) { w.Secrets[0].Keys[0].Name = "token"; w.token.Status, w.token.Fingerprint = "", "" },
		},
		{
			name: "token-empty-value", causes: []string{"token-empty-value " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued("no Cloudflare credential has been given (can be either an API key or an API token)")
				w = *w.again()
				w.Secrets[0].Keys[0].Length, w.Secrets[0].Keys[0].Fingerprint, w.token.Fingerprint, w.token.Status = 0, "", "", ""
				w.refused(
					"fatal",
					"failed to initialize cloudflare provider: invalid credentials: API Token must not be empty",
				)
				w.stops(w.dns, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
			},
		},
		{
			name: "token-trailing-newline", causes: []string{"token-trailing-newline " + theSecret},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential:  diagnose.Broken,
				diagnose.Certificate: diagnose.Blocked,
			},
			do: func(w world) {
				w.unissued(
					"error instantiating cloudflare challenge solver: the Cloudflare API token is invalid (does the API " +
						"token contain a newline?)",
				)
				w.Secrets[0].Keys[0].Spaced = true
				w.dns.Spec.Template.Spec.Containers[0].Image = "registry.k8s.io/external-dns/external-dns:v0.23.0" // which trims
				w.dns.Spec.Template.Spec.Containers[0].Args = append(w.dns.Spec.Template.Spec.Containers[0].Args,
					"--enable-legacy-annotation-prefix")
			},
		},
		{
			name: "token-malformed", causes: []string{"token-malformed " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(
					query + "Error: 6003: Invalid request headers<- 6111: Invalid format for Authorization header",
				)
				w = *w.again()
				w.token.Status, w.token.ZoneRead, w.token.DNSEdit, w.token.Zones = "malformed", no(), no(), nil
				w.refused(
					"fatal",
					`Failed to do run once: GET "https://api.cloudflare.com/client/v4/zones": 400 Bad Request {"errors":[{"code":6003,"message":"Invalid request headers"}]}`,
				)
				w.stops(w.dns, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
			},
		},
		{
			name: "token-revoked-or-expired", causes: []string{"token-revoked-or-expired " + theSecret}, states: latent(),
			do: func(w world) {
				w.token.Status, w.token.ZoneRead, w.token.DNSEdit, w.token.Zones = "unknown", no(), no(), nil
				w.token.Refusals = []facts.Refusal{{
					Method: "GET", Path: "/user/tokens/verify", Status: 401, Code: 1000,
					Message: "Invalid API Token",
				}}
				w.refused("fatal", fatal403)
				w.stops(w.dns, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
			},
		},
		{
			name:   "token-revoked-or-expired/the provider cannot be asked",
			causes: []string{"token-revoked-or-expired " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(query + "Error: 9109: Invalid access token")
				without(w.Snapshot, facts.Tokens, "not asked")
				w.refused("fatal", fatal403)
				w.stops(w.dns, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
			},
		},
		{
			name: "token-revoked-or-expired/an account's token, which the verification of users' does not know",
			do:   func(w world) { w.token.Status = "unknown" },
		},
		{
			name: "token-ip-restricted", causes: []string{"token-ip-restricted " + theSecret}, states: latent(),
			do: func(w world) {
				w.refused(
					"fatal",
					`Failed to do run once: GET "https://api.cloudflare.com/client/v4/zones": 403 Forbidden {"errors":[{"code":9109,"message":"Cannot use the access token from location: 198.51.100.7"}]}`,
				)
			},
		},
		{
			name: "token-rotated-pod-not-restarted", causes: []string{"token-rotated-pod-not-restarted Deployment " +
				"cert-manager/external-dns"},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential: diagnose.Broken,
				diagnose.DNS:        diagnose.Blocked,
			},
			do: func(w world) {
				w.unresolved()
				w.Secrets[0].CreationTimestamp = ago(5)
				w.refused("error", "Failed to do run once: soft error\n"+fatal403)
			},
		},
		{
			name: "token-rotated-pod-not-restarted/by the journal", causes: []string{"token-rotated-pod-not-restarted " +
				"Deployment cert-manager/external-dns"}, states: latent(),
			do: func(w world) {
				w.refused("error", "Failed to do run once: soft error\n"+fatal403)
				w.Journal = []api.JournalEntry{{
					Source: api.SourceAPI, Time: ago(1).Time, Op: "GET /client/v4/zones",
					Outcome: "403 10000", Detail: map[string]string{"agent": "Cloudflare/Go 5.1.0", "token": "sha256:beefbeefbeef"},
				}}
			},
		},
		{
			name:   "token-rotated-pod-not-restarted/restarted a moment ago",
			notes:  []diagnose.Code{"token-rotated-pod-not-restarted"},
			states: map[diagnose.Layer]diagnose.State{diagnose.DNS: diagnose.Waiting},
			do: func(w world) {
				w.unresolved()
				w.refused("fatal", fatal403)
				w.stops(w.dns, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
			},
		},
		{
			name: "token-no-zone-read", causes: []string{"token-no-zone-read " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(noZones)
				w.token.ZoneRead, w.token.Zones, w.token.DNSEdit = no(), nil, nil
				w.logs(line(9, "info", "Instantiating new Kubernetes client"))
			},
		},
		{
			name: "token-no-zone-read/the provider cannot be asked", causes: []string{"token-no-zone-read " + theSecret},
			states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(noZones)
				without(w.Snapshot, facts.Tokens, "refused")
				w.logs(line(9, "info", "Instantiating new Kubernetes client"))
			},
		},
		{
			name: "token-no-dns-edit", causes: []string{"token-no-dns-edit " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(`while querying the Cloudflare API for POST "/zones/z1/dns_records" ` +
					"\n\t Error: 10000: Authentication error")
				w.token.DNSEdit = no()
				w.logs(
					facts.Line{
						Time: ago(1).Time, Level: "error",
						Message: `failed to create record: POST "https://api.cloudflare.com/client/v4/zones/z1/dns_records": 403 Forbidden`, Fields: map[string]string{"action": "CREATE", "record": host},
					},
					line(
						1,
						"error",
						"Failed to do run once: soft error\nfailed to submit all changes for the following zones: [z1] "+
							"(consecutive soft errors: 3)",
					),
				)
			},
		},
		{
			name: "token-scoped-to-other-zone", causes: []string{"token-scoped-to-other-zone " + theSecret}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(noZones)
				w.token.Zones = []string{"example.org"}
				w.logs(line(9, "info", "Instantiating new Kubernetes client"))
			},
		},
		{
			name: "zone-not-active-or-duplicate", causes: []string{"zone-not-active-or-duplicate zone safeops.work"},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential: diagnose.Broken,
				diagnose.DNS:        diagnose.Blocked,
			},
			do: func(w world) {
				records := w.Zones[0].Records
				w.unresolved()
				w.Zones[0].Status, w.Zones[0].Records = "pending", records
			},
		},
		{
			name: "zone-not-active-or-duplicate/twice", causes: []string{"zone-not-active-or-duplicate zone safeops.work"},
			states: latent(),
			do:     func(w world) { w.Zones = append(w.Zones, facts.Zone{Name: zone, Status: "moved"}) },
		},
		{
			name: "cloudflare-429-shared-quota", causes: []string{"cloudflare-429-shared-quota Cloudflare API"}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(query + "Error: 10429: Rate limited")
				w.refused(
					"fatal",
					`Failed to do run once: GET "https://api.cloudflare.com/client/v4/zones": 429 Too Many Requests`,
				)
			},
		},
		{
			name:   "cloudflare-429-shared-quota/refused while asked",
			causes: []string{"cloudflare-429-shared-quota Cloudflare API"}, states: latent(),
			do: func(w world) {
				w.token.Refusals = []facts.Refusal{{
					Time: clock().Format(time.RFC3339), Method: "GET", Path: "/zones", Status: 429,
					Code: 971, Message: "Please wait and consider throttling your request speed",
				}}
			},
		},
		{
			name: "cloudflare-429-shared-quota/refused while asked, and granted since", do: func(w world) {
				w.token.Refusals = []facts.Refusal{{
					Time: clock().Add(-time.Minute).Format(time.RFC3339), Method: "GET",
					Path: "/zones", Status: 429, Code: 971, Message: "Please wait and consider throttling your request speed",
				}}
				w.token.Granted = clock().Format(time.RFC3339)
			},
		},
		{
			name: "cloudflare-429-shared-quota/over", do: func(w world) {
				w.logs(
					line(
						4,
						"error",
						`Failed to do run once: GET "https://api.cloudflare.com/client/v4/zones": 429 Too Many Requests`,
					),
					line(1, "info", "All records are already up to date"),
				)
			},
		},
		{
			name: "cloudflare-429-shared-quota/over, and no sync has been a good one yet", do: func(w world) {
				w.logs(
					line(
						4,
						"error",
						`Failed to do run once: GET "https://api.cloudflare.com/client/v4/zones": 429 Too Many Requests`,
					),
				)
				w.token.Granted = clock().Add(-time.Minute).Format(time.RFC3339)
			},
		},
		{
			name: "cloudflare-5xx/once is no outage", do: func(w world) {
				w.token.Refusals = []facts.Refusal{{
					Time: clock().Format(time.RFC3339), Method: "GET", Path: "/zones",
					Status: 503,
				}}
			},
		},
		{
			name: "cloudflare-5xx/refused while asked, twice", causes: []string{"cloudflare-5xx Cloudflare API"},
			states: latent(),
			do: func(w world) {
				w.token.Refusals = []facts.Refusal{
					{Time: clock().Format(time.RFC3339), Method: "GET", Path: "/zones", Status: 503},
					{Time: clock().Format(time.RFC3339), Method: "GET", Path: "/zones", Status: 503},
				}
			},
		},
		{
			name: "cloudflare-5xx", causes: []string{"cloudflare-5xx Cloudflare API"}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(query + "invalid character '<' looking for beginning of value")
				w.refused(
					"fatal",
					`Failed to do run once: GET "https://api.cloudflare.com/client/v4/zones": 502 Bad Gateway`,
				)
			},
		},
		{
			name: "cloudflare-unreachable", causes: []string{"cloudflare-unreachable Cloudflare API"}, states: down(),
			do: func(w world) {
				w.unresolved()
				w.unissued(
					`while querying the Cloudflare API for GET "/zones?name=develop.safeops.work": Get "https://api.cloudflare.com/client/v4/zones?name=develop.safeops.work": dial tcp: lookup api.cloudflare.com on 10.96.0.10:53: server misbehaving`,
				)
				w.refused(
					"fatal",
					`Failed to do run once: Get "https://api.cloudflare.com/client/v4/zones": dial tcp 192.0.2.1:443: i/o timeout`,
				)
				w.stops(w.dns, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
			},
		},
		{
			name: "cm-transient-masked-as-no-zone", notes: []diagnose.Code{"cm-transient-masked-as-no-zone"},
			states: map[diagnose.Layer]diagnose.State{diagnose.Certificate: diagnose.Waiting},
			do:     func(w world) { w.unissued(noZones) },
		},
		{
			name: "two causes/credential and routing",
			causes: []string{
				"token-revoked-or-expired " + theSecret,
				"backend-service-missing Service develop/frontend",
			},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Credential: diagnose.Broken,
				diagnose.Routing:    diagnose.Broken,
			},
			do: func(w world) {
				w.token.Status, w.token.ZoneRead, w.token.DNSEdit, w.token.Zones = "expired", no(), no(), nil
				w.Services[0].Name = "other"
				w.answer(404, "404 page not found")
			},
		},
	}
}

// A challenge that is on its way out, or that has done its work, says nothing of the credential any more.
func TestFinishedChallengeSaysNothing(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"deleted", "valid"} {
		w := healthy()
		good := slices.Clone(w.Secrets)
		certificate, request, order, probes := *w.certificate, *w.request, *w.order, healthy().Probes
		c := w.unissued(query + "Error: 9109: Invalid access token")
		w.Secrets, *w.certificate, *w.request, *w.order, w.Probes = good, certificate, request, order, probes
		if end == "valid" {
			c.Status.State = "valid"
		} else {
			c.DeletionTimestamp = &meta.Time{Time: ago(1).Time}
		}
		without(w.Snapshot, facts.Tokens, "not asked")
		for _, cause := range rules.Explain(w.Snapshot, route()).Causes {
			t.Errorf("%s: %s", end, cause.Code)
		}
	}
}
