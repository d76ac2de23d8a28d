package criteria

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func vc5() Criterion {
	line := func(t judge.Target) string {
		return fmt.Sprintf("kubectl -n %s get certificate,secret", shown(t).Namespace)
	}
	return Criterion{
		ID: "VC-5", Text: "`kubectl -n develop get certificate,secret`",
		Check: certificatesShown, Waits: ForCertificate, Shown: ByIssuance,
		Command: &Command{Line: line, Works: whereRouted(line)},
	}
}

// certificatesShown judges that every certificate shown is ready, and that its Secret is there with both entries.
func certificatesShown(v View) judge.Judgement {
	var j judge.Judgement
	refused(&j, v.Printed)
	kinds, certificates := map[string]string{}, 0
	tables := kubectl.Tables(v.Printed)
	for _, t := range tables {
		for _, row := range t.Rows {
			if t.Has("type", "data") {
				kinds[kubectl.Name(row["name"])] = row["type"] + " " + row["data"]
			}
		}
	}
	for _, t := range tables {
		for _, row := range t.Rows {
			if !t.Has("ready", "secret") {
				continue
			}
			certificates++
			name := kubectl.Name(row["name"])
			kind, ok := kinds[row["secret"]]
			switch {
			case row["ready"] != "True":
				j.Lacks("Certificate %s: READY is %s", name, cmp.Or(row["ready"], "empty"))
			case !ok:
				j.Lacks("Certificate %s: ready, but Secret %s is not shown", name, row["secret"])
			case !strings.HasPrefix(kind, "kubernetes.io/tls ") || strings.HasSuffix(kind, " 0") ||
				strings.HasSuffix(kind, " 1"):
				j.Lacks("Secret %s: is of type and entries %s, not a full kubernetes.io/tls", row["secret"], kind)
			default:
				j.Saw("Certificate %s: ready, in Secret %s", name, row["secret"])
			}
		}
	}
	if certificates == 0 && len(j.Reasons) == 0 {
		j.Lacks("kubectl get certificate,secret: shows no certificate: %s", judge.Short(v.Printed))
	}
	return j
}
