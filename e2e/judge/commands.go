package judge

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// ReadPods judges VC-1 by what `kubectl -n cert-manager get pods` printed: every pod runs with all its
// containers ready, or has completed. For each prefix given there must be a pod whose name begins so.
func ReadPods(text string, prefixes ...string) Judgement {
	j := Judgement{ID: "VC-1"}
	refused(&j, text)
	var names []string
	for _, t := range readTables(text) {
		if !t.has("ready", "status") {
			continue
		}
		for _, row := range t.rows {
			names = append(names, bare(row["name"]))
			ready, all, _ := strings.Cut(row["ready"], "/")
			switch {
			case row["status"] == "Completed":
			case row["status"] != "Running":
				j.lacks("Pod %s: %s", row["name"], row["status"])
			case ready == "0" || ready != all:
				j.lacks("Pod %s: %s containers ready", row["name"], row["ready"])
			default:
				j.saw("Pod %s: %s ready, restarts %s", row["name"], row["ready"], row["restarts"])
			}
		}
	}
	if len(names) == 0 && len(j.Reasons) == 0 {
		j.lacks("kubectl get pods: shows no pod: %s", short(text))
	}
	for _, prefix := range prefixes {
		if !anyBegins(names, prefix) {
			j.lacks("kubectl get pods: shows no pod of %s", prefix)
		}
	}
	return j.conclude()
}

func anyBegins(names []string, prefix string) bool {
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			return true
		}
	}
	return false
}

// ReadClusterIssuers judges VC-2 by what `kubectl get clusterissuer` printed: those named are there, and every
// one that is there is ready.
func ReadClusterIssuers(text string, names ...string) Judgement {
	j := Judgement{ID: "VC-2"}
	refused(&j, text)
	found := map[string]bool{}
	for _, t := range readTables(text) {
		if !t.has("ready") {
			continue
		}
		for _, row := range t.rows {
			found[bare(row["name"])] = true
			if row["ready"] == "True" {
				j.saw("ClusterIssuer %s: ready", bare(row["name"]))
			} else {
				j.lacks("ClusterIssuer %s: READY is %s", bare(row["name"]), orWord(row["ready"], "empty"))
			}
		}
	}
	if len(found) == 0 && len(j.Reasons) == 0 {
		j.lacks("kubectl get clusterissuer: shows none: %s", short(text))
	}
	for _, name := range names {
		if !found[name] {
			j.lacks("ClusterIssuer %s: not shown", name)
		}
	}
	return j.conclude()
}

// ReadExternalDNSLogs judges VC-3 by the log of external-dns, as text or JSON: a sync was finished, and no
// error came after it.
func ReadExternalDNSLogs(text string) Judgement {
	j := Judgement{ID: "VC-3"}
	refused(&j, text)
	lines := logline.ParseAll(text)
	syncs := externaldns.ReadLog(lines)
	if len(j.Reasons) == 0 {
		j.take(judgeSyncs(syncs, len(lines), time.Time{}, externaldns.Config{}, "log"))
	}
	if len(j.Reasons) == 0 {
		j.saw("external-dns log: last sync at %s, no error since", stamp(syncs))
	}
	return j.conclude()
}

// ReadCertificateSecret judges VC-5 by what `kubectl -n develop get certificate,secret` printed: every
// certificate is ready and its Secret is there with both entries. The Secrets given must each be filled by a
// certificate.
func ReadCertificateSecret(text string, secrets ...string) Judgement {
	j := Judgement{ID: "VC-5"}
	refused(&j, text)
	kinds, filled, certificates := map[string]string{}, map[string]bool{}, 0
	tables := readTables(text)
	for _, t := range tables {
		for _, row := range t.rows {
			if t.has("type", "data") {
				kinds[bare(row["name"])] = row["type"] + " " + row["data"]
			}
		}
	}
	for _, t := range tables {
		for _, row := range t.rows {
			if !t.has("ready", "secret") {
				continue
			}
			certificates++
			filled[row["secret"]] = true
			name := bare(row["name"])
			kind, ok := kinds[row["secret"]]
			switch {
			case row["ready"] != "True":
				j.lacks("Certificate %s: READY is %s", name, orWord(row["ready"], "empty"))
			case !ok:
				j.lacks("Certificate %s: ready, but Secret %s is not shown", name, row["secret"])
			case !strings.HasPrefix(kind, "kubernetes.io/tls ") || strings.HasSuffix(kind, " 0") ||
				strings.HasSuffix(kind, " 1"):
				j.lacks("Secret %s: is of type and entries %s, not a full kubernetes.io/tls", row["secret"], kind)
			default:
				j.saw("Certificate %s: ready, in Secret %s", name, row["secret"])
			}
		}
	}
	if certificates == 0 && len(j.Reasons) == 0 {
		j.lacks("kubectl get certificate,secret: shows no certificate: %s", short(text))
	}
	for _, name := range secrets {
		if !filled[name] {
			j.lacks("Secret %s: no certificate shown fills it", name)
		}
	}
	return j.conclude()
}

// Command is the verification command that works on this cluster for a criterion of the family VC. It is the
// specification's own unless the bundle makes that impossible, by giving an object another name: then the
// difference is a finding. False means that what the command asks for is not there at all.
func Command(id criteria.ID, s *facts.Snapshot, t Target) (string, bool) {
	switch id {
	case "VC-1", "VC-3":
		running := s.Running(facts.ExternalDNS)
		if len(running) == 0 {
			return "", false
		}
		d := running[0]
		if id == "VC-1" {
			return fmt.Sprintf("kubectl -n %s get pods", d.Namespace), true
		}
		return fmt.Sprintf("kubectl -n %s logs deploy/%s --since=10m", d.Namespace, d.Name), true
	case "VC-2":
		return "kubectl get clusterissuer", len(s.ClusterIssuers) > 0
	case "VC-4", "VC-5":
		if len(t.Routes) == 0 {
			return "", false
		}
		i := t.Routes[0].Ingress
		_, found := s.Ingress(i)
		if id == "VC-5" {
			return fmt.Sprintf("kubectl -n %s get certificate,secret", i.Namespace), found
		}
		return fmt.Sprintf("kubectl -n %s describe ingress %s", i.Namespace, i.Name), found
	}
	return "", false
}

// SpecifiedCommand is the specification's verification command of the family VC. VC-4 and VC-5 ask for the
// reference bundle's application; of another target, for that one's first route.
func SpecifiedCommand(id criteria.ID, t Target) string {
	c, _ := criteria.Lookup(id)
	command := strings.Trim(c.Text, "`")
	if id == "VC-4" || id == "VC-5" {
		first := t.Routes[0].Ingress
		command = strings.Replace(command, "-n develop", "-n "+first.Namespace, 1)
		command = strings.Replace(command, "ingress frontend", "ingress "+first.Name, 1)
	}
	return command
}

// Read judges a criterion of the family VC by what its command printed. The name is that of external-dns's Deployment.
func Read(id criteria.ID, printed string, t Target, externalDNS string) Judgement {
	switch id {
	case "VC-1":
		return ReadPods(printed, "cert-manager", externalDNS)
	case "VC-2":
		return ReadClusterIssuers(printed, t.Production.Name, t.Staging.Name)
	case "VC-3":
		return ReadExternalDNSLogs(printed)
	case "VC-4":
		return ReadDescribeIngress(printed)
	default:
		return ReadCertificateSecret(printed)
	}
}

// Impossible says that the bundle makes a verification command impossible, and which one would work.
func Impossible(id criteria.ID, command string, err error, s *facts.Snapshot, t Target) string {
	working, found := Command(id, s, t)
	if !found {
		return fmt.Sprintf("`%s` does not work on this bundle: %v; what it asks for is not there", command, err)
	}
	return fmt.Sprintf("`%s` does not work on this bundle: %v; this does: `%s`", command, err, working)
}
