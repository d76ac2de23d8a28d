package externaldns

import (
	"maps"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Sources hold what pods take their environment from, as far as it is known. Values of Secrets are never needed.
type Sources struct {
	// ConfigMaps are the data of the ConfigMaps that are known.
	ConfigMaps map[types.NamespacedName]map[string]string
	// SecretKeys are the names of the entries of the Secrets that are known.
	SecretKeys map[types.NamespacedName][]string
}

// SecretKey is one entry of a Secret.
type SecretKey struct {
	types.NamespacedName

	Key string
}

// Variable is one variable of a container's environment.
type Variable struct {
	Value string
	// Secret is the entry that holds the value; zero when Value is the value.
	Secret SecretKey
	// Whole says that all entries of the Secret become variables, and it is not known whether this one is among them.
	Whole bool
	// Optional says that the container starts without the Secret.
	Optional bool
}

func (v Variable) secret() bool { return v.Secret != (SecretKey{}) }

// environment is that of one container, by the rules of the kubelet: what env names goes before what envFrom
// imports, and what stands later before what stands earlier.
type environment struct {
	namespace string
	container *core.Container
	from      Sources
	unread    map[string]bool // objects that may hold more and are not known
}

func (e *environment) name(object string) types.NamespacedName {
	return types.NamespacedName{Namespace: e.namespace, Name: object}
}

// lookup finds a variable; false when it is not set.
func (e *environment) lookup(name string) (Variable, bool) {
	for i := len(e.container.Env) - 1; i >= 0; i-- {
		if v := &e.container.Env[i]; v.Name == name {
			return e.named(v, i)
		}
	}
	return e.imported(name)
}

// named reads an entry of env, which may refer to those before it by $(NAME).
func (e *environment) named(v *core.EnvVar, at int) (Variable, bool) {
	switch ref := v.ValueFrom; {
	case ref == nil:
		return Variable{Value: expand(v.Value, func(name string) (string, bool) { return e.before(name, at) })}, true
	case ref.SecretKeyRef != nil:
		key := SecretKey{e.name(ref.SecretKeyRef.Name), ref.SecretKeyRef.Key}
		return Variable{Secret: key, Optional: set(ref.SecretKeyRef.Optional)}, true
	case ref.ConfigMapKeyRef != nil:
		name := e.name(ref.ConfigMapKeyRef.Name)
		data, known := e.from.ConfigMaps[name]
		if !known {
			e.unread["ConfigMap "+name.String()] = true
		}
		value, ok := data[ref.ConfigMapKeyRef.Key]
		return Variable{Value: value}, ok
	case ref.FieldRef != nil && ref.FieldRef.FieldPath == "metadata.namespace":
		return Variable{Value: e.namespace}, true
	}
	return Variable{}, false // of the pod itself: its name, its node, its limits
}

// before finds the value of a variable among the first entries of env and what is imported.
func (e *environment) before(name string, at int) (string, bool) {
	for i := at - 1; i >= 0; i-- {
		if v := &e.container.Env[i]; v.Name == name {
			found, ok := e.named(v, i)
			return found.Value, ok && !found.secret()
		}
	}
	v, ok := e.imported(name)
	return v.Value, ok && !v.secret()
}

// imported finds a variable among what envFrom imports. A Secret whose entries are not known may hold any: it
// is given only where nothing else holds the variable.
func (e *environment) imported(name string) (Variable, bool) {
	var maybe *Variable
	for _, source := range slices.Backward(e.container.EnvFrom) {
		key, ok := strings.CutPrefix(name, source.Prefix)
		if !ok || key == "" {
			continue
		}
		switch {
		case source.ConfigMapRef != nil:
			object := e.name(source.ConfigMapRef.Name)
			data, known := e.from.ConfigMaps[object]
			if value, ok := data[key]; ok {
				return Variable{Value: value}, true
			}
			if !known {
				e.unread["ConfigMap "+object.String()] = true
			}
		case source.SecretRef != nil:
			v := Variable{Secret: SecretKey{e.name(source.SecretRef.Name), key}, Optional: set(source.SecretRef.Optional)}
			keys, known := e.from.SecretKeys[v.Secret.NamespacedName]
			if known && slices.Contains(keys, key) {
				return v, true
			}
			if !known && maybe == nil {
				v.Whole = true
				maybe = &v
			}
		}
	}
	if maybe == nil {
		return Variable{}, false
	}
	return *maybe, true
}

// words are the words of the container's command line.
func (e *environment) words() []string {
	out := slices.Concat(e.container.Command, e.container.Args)
	for i, word := range out {
		out[i] = expand(word, func(name string) (string, bool) {
			v, ok := e.lookup(name)
			return v.Value, ok && !v.secret()
		})
	}
	return out
}

// missing lists the objects that may hold more settings and are not known.
func (e *environment) missing() []string { return slices.Sorted(maps.Keys(e.unread)) }

// expand replaces $(NAME) as the kubelet does: $$(NAME) is an escape, and a name that is not known stays as it is.
func expand(text string, value func(string) (string, bool)) string {
	var out strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 == len(text) {
			return out.String() + text
		}
		out.WriteString(text[:at])
		text = text[at:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[1] == '$':
			out.WriteByte('$')
			text = text[2:]
		case text[1] == '(' && end > 0:
			if known, ok := value(text[2:end]); ok {
				out.WriteString(known)
			} else {
				out.WriteString(text[:end+1])
			}
			text = text[end+1:]
		default:
			out.WriteByte('$')
			text = text[1:]
		}
	}
}

func set(b *bool) bool { return b != nil && *b }
