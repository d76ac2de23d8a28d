package kubectl

import "strings"

// Ingress is an Ingress as kubectl describe ingress shows it.
type Ingress struct {
	Fields      map[string]string // Name, Namespace, Address, Ingress Class
	TLS         []TLS
	Backends    []Backend
	Annotations map[string]string
	Warnings    []string // events of the type Warning
}

// TLS is a TLS block: its Secret, empty where it names none, and its hosts.
type TLS struct {
	Secret string
	Hosts  []string
}

// Backend is where a host, "*" for all, is led to, as kubectl words it.
type Backend struct{ Host, Backend string }

// DescribeIngress reads the sections that kubectl v1.37 prints (k8s.io/kubectl pkg/describe, describeIngressV1).
func DescribeIngress(text string) Ingress {
	d := Ingress{Fields: map[string]string{}, Annotations: map[string]string{}}
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
			d.Fields[section] = body
		}
		if body == "" {
			continue
		}
		switch section {
		case "TLS":
			d.TLS = append(d.TLS, readBlock(body))
		case "Rules":
			host = d.readRule(body, host)
		case "Annotations":
			if key, value, ok := strings.Cut(body, ": "); ok {
				d.Annotations[key] = strings.TrimSpace(value)
			}
		case "Events":
			if strings.HasPrefix(body, "Warning ") {
				d.Warnings = append(d.Warnings, strings.Join(strings.Fields(body), " "))
			}
		}
	}
	return d
}

// readBlock reads "frontend-tls terminates a.example,b.example" or "SNI routes a.example".
func readBlock(line string) TLS {
	if hosts, ok := strings.CutPrefix(line, "SNI routes"); ok {
		return TLS{Hosts: split(hosts)}
	}
	secret, hosts, _ := strings.Cut(line, " terminates")
	return TLS{Secret: strings.TrimSpace(secret), Hosts: split(hosts)}
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// readRule reads a line of the table of rules: a host alone, then its paths with their backends. It returns the
// host in force.
func (d *Ingress) readRule(line, host string) string {
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0] == "Host" || strings.HasPrefix(words[0], "----"):
		return host
	case len(words) == 1 && !strings.HasPrefix(line, "/"):
		return words[0]
	case words[0] == "*" && len(words) > 2: // the default backend, when there is no rule
		d.Backends = append(d.Backends, Backend{"*", strings.Join(words[2:], " ")})
		return host
	}
	if host == "" {
		host = "*"
	}
	backend := words
	if strings.HasPrefix(words[0], "/") {
		backend = words[1:]
	}
	d.Backends = append(d.Backends, Backend{host, strings.Join(backend, " ")})
	return host
}
