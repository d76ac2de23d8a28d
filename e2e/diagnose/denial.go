package diagnose

import (
	"fmt"
	"regexp"
	"strings"
)

// Denial is what keeps the API server from taking an object, read from its words.
type Denial struct {
	// Object is what denies: a ResourceQuota, the configuration of an admission webhook, or a Namespace with its Pod
	// Security level.
	Object string
	// Why is one clause.
	Why    string
	Remedy Remedy
}

// Denied reads why the API server did not take an object of a namespace; false when a text says nothing of it, or is
// about cert-manager's own webhook, which is part of the edge.
func (x *Index) Denied(namespace, text string) (Denial, bool) {
	switch {
	case strings.Contains(text, "exceeded quota: "), strings.Contains(text, "failed quota: "):
		return quotaDenial(namespace, text), true
	case strings.Contains(text, "violates PodSecurity"):
		return Denial{
			Object("Namespace", "", namespace), "its Pod Security level does not admit the pod",
			Remedy{
				Text:    "give the pod the security context that the level requires, or relax the level",
				Command: "kubectl get namespace " + namespace + " --show-labels",
			},
		}, true
	}
	name, denies := quoted(text, "admission webhook ")
	if denies = denies && strings.Contains(text, "denied the request"); !denies {
		if name, denies = quoted(text, Failing+" "); !denies || strings.HasSuffix(name, "cert-manager.io") {
			return Denial{}, false
		}
		return x.webhookDenial(name, "its webhook "+name+" cannot be called",
			"repair the webhook's service, or exclude the namespace from the webhook"), true
	}
	return x.webhookDenial(name, "its webhook "+name+" denied the request",
		"make the object comply with the policy, or exempt it there"), true
}

func quotaDenial(namespace, text string) Denial {
	_, rest, exceeded := strings.Cut(text, "exceeded quota: ")
	if !exceeded {
		_, rest, _ = strings.Cut(text, "failed quota: ")
	}
	name := rest
	if end := strings.IndexAny(rest, ":,; \n"); end >= 0 {
		name = rest[:end]
	}
	out := Denial{
		Object("ResourceQuota", namespace, name), "the quota is exhausted",
		Remedy{
			Text:    "raise the quota, or free what it counts",
			Command: fmt.Sprintf("kubectl -n %s describe resourcequota %s", namespace, name),
		},
	}
	if !exceeded {
		out.Why, out.Remedy.Text = "the quota admits only pods that state their requests and limits",
			"give the namespace a LimitRange with defaults, or the pod its resources"
	}
	return out
}

func (x *Index) webhookDenial(name, why, remedy string) Denial {
	kind, configuration := x.configurationOf(name)
	out := Denial{Object: "admission webhook " + name, Why: why, Remedy: Remedy{Text: remedy}}
	if configuration != "" {
		out.Object = kind + " " + configuration
		out.Remedy.Command = fmt.Sprintf("kubectl get %s %s -o yaml", strings.ToLower(kind), configuration)
	}
	return out
}

// configurationOf finds the configuration that has a webhook.
func (x *Index) configurationOf(webhook string) (kind, name string) {
	for i := range x.Snapshot.ValidatingWebhooks {
		for _, w := range x.Snapshot.ValidatingWebhooks[i].Webhooks {
			if w.Name == webhook {
				return "ValidatingWebhookConfiguration", x.Snapshot.ValidatingWebhooks[i].Name
			}
		}
	}
	for i := range x.Snapshot.MutatingWebhooks {
		for _, w := range x.Snapshot.MutatingWebhooks[i].Webhooks {
			if w.Name == webhook {
				return "MutatingWebhookConfiguration", x.Snapshot.MutatingWebhooks[i].Name
			}
		}
	}
	return "", ""
}

// quoted is the quoted word after some others.
func quoted(text, after string) (string, bool) {
	m := regexp.MustCompile(regexp.QuoteMeta(after) + `\\?"([^"\\]+)`).FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[1], true
}
