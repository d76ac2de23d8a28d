package credential

import (
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

const tokenRotated diagnose.Code = "token-rotated-pod-not-restarted"

func tokenRotatedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: tokenRotated,
		Meaning: "the Secret has a new token, and external-dns uses the one it was started with; right after a remedy it " +
			"only waits for its next attempt",
		Evidence: "the Secret's token is accepted, and the provider refuses external-dns, whose pod is older than the " +
			"Secret or sends another token",
		Remedy: "restart external-dns",
		Blocks: []diagnose.Layer{diagnose.DNS},
		Find:   findRotated,
	}, {
		Code:   tokenRotated,
		Kind:   diagnose.Wait,
		Blocks: []diagnose.Layer{diagnose.DNS},
		Find:   findCorrected,
	}}
}

// syncUse is the credential of external-dns, when it is good.
func syncUse(r *diagnose.Route) (diagnose.Use, bool) {
	for _, u := range r.Uses() {
		if slices.Contains(u.By, r.Sync.String()) && good(r, u) {
			return u, true
		}
	}
	return diagnose.Use{}, false
}

// findRotated finds an external-dns that keeps the token it was started with: the pod is older than the Secret, or
// the provider saw it send another one.
func findRotated(r *diagnose.Route) []diagnose.Finding {
	u, ok := syncUse(r)
	refused := refusedSync(r)
	since, running := runningSince(r)
	if !ok || len(refused) == 0 || !running {
		return nil
	}
	secret, key, ok := shape(r, u)
	if !ok {
		return nil
	}
	evidence := evidenceOf(refused)
	_, sent := r.Index.SentTokens[key.Fingerprint]
	switch {
	case secret.CreationTimestamp.After(since):
		evidence = append(
			evidence,
			diagnose.Fact(
				u.String(),
				"created %s; external-dns runs since %s",
				diagnose.Stamp(secret.CreationTimestamp.Time),
				diagnose.Stamp(since),
			),
		)
	case !sent && len(r.Index.SentTokens) > 0:
		for fingerprint, at := range r.Index.SentTokens {
			evidence = append(
				evidence,
				diagnose.Fact(
					"journal",
					"external-dns sent token %s at %s; the Secret has %s",
					fingerprint,
					diagnose.Stamp(at),
					key.Fingerprint,
				),
			)
		}
	default:
		return nil
	}
	return diagnose.One(
		r.Sync.String(),
		"external-dns uses the token it was started with, and the Secret has a new one",
		diagnose.Remedy{
			Text:    "restart external-dns",
			Command: r.Sync.RolloutRestart(),
		},
		evidence...)
}

// findCorrected finds an external-dns that was refused before the credential was corrected, and has not tried
// again since.
func findCorrected(r *diagnose.Route) []diagnose.Finding {
	u, ok := syncUse(r)
	refused := refusedSync(r)
	if !ok || len(refused) == 0 || r.Has(tokenRotated) {
		return nil
	}
	return diagnose.One(
		r.Sync.String(),
		"external-dns was refused at its last attempt, and the credential is good now: it has not tried again yet",
		diagnose.Remedy{
			Text:    "wait for its next attempt, or restart it",
			Command: r.Sync.RolloutRestart(),
		},
		append(evidenceOf(refused), verdict(u, provided(r, u))...)...)
}

// refusedSync are the signs that external-dns gave of a credential that is not good.
func refusedSync(r *diagnose.Route) []diagnose.Sign {
	var out []diagnose.Sign
	for _, s := range signsFor(r, diagnose.NoSecret, diagnose.NoKey, cloudflare.NoCredential, cloudflare.BadHeader,
		cloudflare.BadForm, cloudflare.Rejected, cloudflare.RejectedHere, cloudflare.CannotWrite) {
		if strings.HasPrefix(s.Source, "log ") || strings.HasPrefix(s.Source, "Pod ") {
			out = append(out, s)
		}
	}
	return out
}

// runningSince is when the container of external-dns was started, when it runs.
func runningSince(r *diagnose.Route) (time.Time, bool) {
	for _, pod := range r.Sync.Pods {
		for i := range pod.Status.ContainerStatuses {
			if run := pod.Status.ContainerStatuses[i].State.Running; run != nil &&
				pod.Status.Phase == core.PodRunning {
				return run.StartedAt.Time, true
			}
		}
	}
	return time.Time{}, false
}
