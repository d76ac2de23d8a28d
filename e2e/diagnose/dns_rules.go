package diagnose

import (
	"fmt"
	"strings"
)

// dnsRules are the rules of the DNS layer: external-dns itself, then what it is told, what the provider refuses, whose the record is, and
// at last the record and the answers.
func dnsRules() []rule {
	return []rule{
		{code: policyFlagMissing, kind: cause, find: findPolicyFlagMissing},
		{code: ownerOrPrefix, kind: cause, find: findOwnerOrPrefix},
		{code: externalDNSCrash, kind: symptom, find: findCrash},
		{code: externalDNSDown, kind: symptom, find: findDown},
		{code: sourceExcludes, kind: cause, find: findSourceExcludes},
		{code: domainFilter, kind: cause, find: findDomainFilter},
		{code: prefixIgnored, kind: cause, find: findPrefixIgnored},
		{code: prefixIgnored, kind: note, find: findPrefixHarmless},
		{code: ttlInvalid, kind: cause, find: findTTLRefused},
		{code: ttlInvalid, kind: note, find: findTTLReplaced},
		{code: recordQuota, kind: cause, find: findQuota},
		{code: notProxiable, kind: cause, find: findNotProxiable},
		{code: takeover, kind: cause, find: findTakeover},
		{code: recordConflict, kind: cause, find: findConflict},
		{code: ownerMismatch, kind: cause, find: findOwnerMismatch},
		{code: duplicateOwner, kind: cause, find: findDuplicateOwner},
		{code: upsertOnly, kind: cause, find: findUpsertOnly},
		{code: unownedRecord, kind: cause, find: findUnowned},
		{code: unownedRecord, kind: note, find: findUnownedRight},
		{code: deletedOnEmpty, kind: symptom, find: findDeletedOnEmpty},
		{code: candidates, kind: cause, find: findCandidates},
		{code: sameHost, kind: cause, find: findSameHost},
		{code: proxiedUnexpected, kind: cause, find: findProxied},
		{code: privateIP, kind: cause, blocks: []Layer{Routing}, find: findPrivate},
		{code: privateIP, kind: note, find: findPrivateReached},
		{code: softErrors, kind: symptom, find: findSoftErrors},
		{code: syncLag, kind: wait, find: findLag},
		{code: recordMissing, kind: symptom, find: findMissing},
		{code: wrongTarget, kind: symptom, find: findWrongTarget},
		{code: resolverStillCaches, kind: wait, find: findCache},
	}
}

// resync is the remedy that makes external-dns look again at once.
func (r *route) resync(text string) Remedy {
	if r.sync.Deployment == nil {
		return Remedy{Text: text}
	}
	return Remedy{Text: text, Command: fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", r.sync.Namespace, r.sync.Name)}
}

// addFlag is the remedy that gives external-dns one flag more.
func (r *route) addFlag(text, flag string) Remedy {
	return Remedy{Text: text, Command: fmt.Sprintf(
		`kubectl -n %s patch deployment %s --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/%d/args/-","value":"%s"}]'`,
		r.sync.Namespace, r.sync.Name, r.sync.container(), flag,
	)}
}

// annotate is the remedy that sets or, by a trailing dash, removes annotations of the Ingress.
func (r *route) annotate(text string, pairs ...string) Remedy {
	return Remedy{Text: text, Command: fmt.Sprintf(
		"kubectl -n %s annotate ingress %s --overwrite %s", r.Ingress.Namespace, r.Ingress.Name, strings.Join(pairs, " "),
	)}
}

// drop is the remedy that deletes records at the provider, by their ids.
func drop(text string, records ...record) Remedy {
	out := Remedy{Text: text}
	for _, rec := range records {
		if rec.ID == "" {
			continue
		}
		if out.Command != "" {
			out.Command += " && "
		}
		out.Command += `curl -fsS -X DELETE -H "Authorization: Bearer $CF_API_TOKEN" "https://api.cloudflare.com/client/v4/zones/$ZONE_ID/dns_records/` + rec.ID + `"`
	}
	return out
}
