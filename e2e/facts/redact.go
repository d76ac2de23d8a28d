package facts

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Values shorter than minSecret are words that occur anywhere; longer than maxSecret are archives and key files.
const minSecret, maxSecret = 16, 4 << 10

// redactor remembers the values of the Secrets that were read, to strike them out of what programs print. It
// dies with the collection.
type redactor struct {
	mu       sync.Mutex
	values   map[string]string // value -> its replacement
	named    *regexp.Regexp    // of variables and flags with a secret value
	harmless *regexp.Regexp    // values that are names: a host in a Secret must not blank that host everywhere
}

func newRedactor() *redactor {
	return &redactor{
		values:   map[string]string{},
		named:    regexp.MustCompile(`(?i)(token|secret|passw(or)?d|key)$`),
		harmless: regexp.MustCompile(`^(https?://)?[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?/?$`),
	}
}

// remember takes the values of a Secret. Keys and certificates are left out: no program prints them.
func (r *redactor) remember(secret *core.Secret) {
	if secret.Type == core.SecretTypeTLS {
		return
	}
	for _, value := range secret.Data {
		r.add(strings.TrimSpace(string(value)))
	}
}

func (r *redactor) add(value string) {
	if len(value) < minSecret || len(value) > maxSecret || r.harmless.MatchString(value) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values[value] = mark(value)
}

func mark(value string) string { return "[" + api.Fingerprint(value) + "]" }

// conceal replaces a plain-text value where a Secret reference is expected, and remembers it.
func (r *redactor) conceal(spec *core.PodSpec) {
	for _, list := range [][]core.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			c := &list[i]
			for j := range c.Env {
				c.Env[j].Value = r.hide(c.Env[j].Name, c.Env[j].Value)
			}
			for _, words := range [][]string{c.Command, c.Args} {
				for j, word := range words {
					if name, value, ok := strings.Cut(word, "="); ok {
						words[j] = name + "=" + r.hide(name, value)
					}
				}
			}
		}
	}
}

// concealData does so for the data of a ConfigMap.
func (r *redactor) concealData(data map[string]string) {
	for name, value := range data {
		data[name] = r.hide(name, value)
	}
}

// hide replaces the value of a variable whose name says that it is secret; any other value is kept, and so is
// the path of a file that contains it.
func (r *redactor) hide(name, value string) string {
	if value == "" || isFile(value) || !r.named.MatchString(name) {
		return value
	}
	r.add(value)
	return mark(value)
}

// clean strikes the values out of every text of the snapshot that a program or a person wrote freely. Names,
// hosts and addresses stay as they are: they are what a snapshot is read for, and the API server would not take
// a token as a name.
func (r *redactor) clean(s *Snapshot) {
	if len(r.values) == 0 {
		return
	}
	pairs := make([]string, 0, 2*len(r.values))
	for value, mark := range r.values {
		pairs = append(pairs, value, mark)
	}
	walk(reflect.ValueOf(s).Elem(), strings.NewReplacer(pairs...), false)
}

// free names the struct fields with free text, and everything below them.
func free(field string) bool {
	return slices.Contains([]string{
		"Message", "Reason", "Error", "Value", "Args", "Command", "Fields", "Body", "Headers", "Annotations", "VerifyError",
		"Problem", "Comment", "Content",
		"ClusterDNS", "Data", "Detail", "Op", "Outcome", "Path", "CAA",
	}, field)
}

// walk replaces in the free texts of v, except names of map keys and raw bytes.
func walk(v reflect.Value, with *strings.Replacer, replacing bool) {
	switch v.Kind() {
	case reflect.String:
		if replacing && v.CanSet() {
			v.SetString(with.Replace(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), with, replacing)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(v.Field(i), with, replacing || free(f.Name))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			walk(v.Index(i), with, replacing)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			element := reflect.New(v.Type().Elem()).Elem()
			element.Set(v.MapIndex(key))
			walk(element, with, replacing)
			v.SetMapIndex(key, element)
		}
	}
}
