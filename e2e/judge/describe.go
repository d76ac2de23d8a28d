package judge

import (
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// described is an Ingress as `kubectl describe ingress` shows it.
type described struct {
	fields      map[string]string // Name, Namespace, Address, Ingress Class
	blocks      []describedTLS
	backends    []describedBackend
	annotations map[string]string
	warnings    []string
}

type describedTLS struct {
	secret string
	hosts  []string
}

type describedBackend struct{ host, backend string }

// ReadDescribeIngress judges VC-4 by what `kubectl -n develop describe ingress frontend` printed: an address, a
// class, a TLS block that covers the hosts, an issuer, and backends that have endpoints.
func ReadDescribeIngress(text string) Judgement {
	j := Judgement{ID: "VC-4"}
	refused(&j, text)
	d := readDescription(text)
	name := d.fields["Namespace"] + "/" + d.fields["Name"]
	if d.fields["Name"] == "" {
		if len(j.Reasons) == 0 {
			j.lacks("kubectl describe ingress: shows no Ingress: %s", short(text))
		}
		return j.conclude()
	}
	if d.fields["Address"] == "" {
		j.lacks("Ingress %s: has no address: the ingress controller has not taken it, or has none itself", name)
	}
	if class := d.fields["Ingress Class"]; class == "" || class == "<none>" {
		j.lacks("Ingress %s: has no class", name)
	}
	d.judgeTLS(&j, name)
	d.judgeBackends(&j, name)
	if len(j.Reasons) == 0 {
		j.saw("Ingress %s: class %s at %s", name, d.fields["Ingress Class"], d.fields["Address"])
	}
	for _, w := range d.warnings {
		j.saw("event of Ingress %s: %s", name, w)
	}
	return j.conclude()
}

func (d described) judgeTLS(j *Judgement, name string) {
	if len(d.blocks) == 0 {
		j.lacks("Ingress %s: shows no TLS block", name)
	}
	var covered []string
	for _, b := range d.blocks {
		covered = append(covered, b.hosts...)
		if b.secret == "" {
			j.lacks("Ingress %s: a TLS block names no Secret", name)
		}
	}
	for _, b := range d.backends {
		if len(d.blocks) > 0 && b.host != "*" && !edge.AnyCovers(covered, b.host) {
			j.lacks("Ingress %s: host %s is in no TLS block, which show %s", name, b.host, orNone(covered))
		}
	}
	if d.annotations[certmanager.IngressClusterIssuerNameAnnotationKey] == "" &&
		d.annotations[certmanager.IngressIssuerNameAnnotationKey] == "" {
		j.lacks("Ingress %s: shows no annotation %s", name, certmanager.IngressClusterIssuerNameAnnotationKey)
	}
}

func (d described) judgeBackends(j *Judgement, name string) {
	hosts := false
	for _, b := range d.backends {
		hosts = hosts || b.host != "*"
		switch {
		case strings.Contains(b.backend, "<error:"):
			j.lacks("Ingress %s: backend of %s: %s", name, b.host, b.backend)
		case strings.HasSuffix(b.backend, "()") || strings.HasSuffix(b.backend, "(<none>)"):
			j.lacks("Ingress %s: backend %s of %s has no endpoints", name,
				strings.TrimSpace(b.backend[:strings.LastIndex(b.backend, "(")]), b.host)
		}
	}
	if !hosts {
		j.lacks("Ingress %s: shows no rule with a host", name)
	}
}

// readDescription reads the sections that kubectl v1.37 prints (k8s.io/kubectl pkg/describe, describeIngressV1).
func readDescription(text string) described {
	d := described{fields: map[string]string{}, annotations: map[string]string{}}
	section, host := "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		body := strings.TrimSpace(line)
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			var ok bool
			if section, body, ok = strings.Cut(line, ":"); !ok {
				section = ""
				continue
			}
			body = strings.TrimSpace(body)
			d.fields[section] = body
		}
		if body == "" {
			continue
		}
		switch section {
		case "TLS":
			d.blocks = append(d.blocks, readBlock(body))
		case "Rules":
			host = d.readRule(body, host)
		case "Annotations":
			if key, value, ok := strings.Cut(body, ": "); ok {
				d.annotations[key] = strings.TrimSpace(value)
			}
		case "Events":
			if strings.HasPrefix(body, "Warning ") {
				d.warnings = append(d.warnings, strings.Join(strings.Fields(body), " "))
			}
		}
	}
	return d
}

// readBlock reads "frontend-tls terminates a.example,b.example" or "SNI routes a.example".
func readBlock(line string) describedTLS {
	if hosts, ok := strings.CutPrefix(line, "SNI routes"); ok {
		return describedTLS{hosts: split(hosts)}
	}
	secret, hosts, _ := strings.Cut(line, " terminates")
	return describedTLS{secret: strings.TrimSpace(secret), hosts: split(hosts)}
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// readRule reads a line of the table of rules: a host alone, then its paths with their backends. It returns the
// host in force.
func (d *described) readRule(line, host string) string {
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0] == "Host" || strings.HasPrefix(words[0], "----"):
		return host
	case len(words) == 1 && !strings.HasPrefix(line, "/"):
		return words[0]
	case words[0] == "*" && len(words) > 2: // the default backend, when there is no rule
		d.backends = append(d.backends, describedBackend{"*", strings.Join(words[2:], " ")})
		return host
	}
	if host == "" {
		host = "*"
	}
	backend := words
	if strings.HasPrefix(words[0], "/") {
		backend = words[1:]
	}
	d.backends = append(d.backends, describedBackend{host, strings.Join(backend, " ")})
	return host
}
