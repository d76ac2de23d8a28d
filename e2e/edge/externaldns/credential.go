package externaldns

import (
	"path"
	"strings"

	core "k8s.io/api/core/v1"
)

// The variables from which external-dns takes what it authenticates with at Cloudflare: a token, or a user's
// global key with the user's e-mail address (provider/cloudflare/cloudflare.go, newProvider).
const (
	TokenVariable = "CF_API_TOKEN" //nolint:gosec // the name of a variable, not a secret
	KeyVariable   = "CF_API_KEY"   //nolint:gosec // the same
	EmailVariable = "CF_API_EMAIL"
)

// fromFile begins a token's variable that names the file which holds it.
const fromFile = "file:"

// Credential is one place that external-dns takes its credential from.
type Credential struct {
	// Variable is the one that it stands in.
	Variable string
	// Secret is the entry that holds it; zero when it is in plain text, or in a file of no Secret.
	Secret SecretKey
	// File is the path of the file that holds it, "" for none.
	File string
	// Whole says that all entries of the Secret become variables, and it is not known whether this one is among them.
	Whole bool
	// Optional says that the pod starts without the Secret.
	Optional bool
	// Email is the address that a global key belongs to.
	Email Variable
}

// Global reports whether it is a user's global key, not a token.
func (c Credential) Global() bool { return c.Variable == KeyVariable }

// Plain reports whether it is in no Secret.
func (c Credential) Plain() bool { return c.Secret == (SecretKey{}) }

// credentials lists the credentials in the order in which external-dns looks for them. A key beside a token
// that is there is never used.
func credentials(env *environment, pod *core.PodSpec) []Credential {
	var out []Credential
	for _, name := range []string{TokenVariable, KeyVariable} {
		v, ok := env.lookup(name)
		if !ok || v.Value == "" && !v.secret() {
			continue
		}
		c := Credential{Variable: name, Secret: v.Secret, Whole: v.Whole, Optional: v.Optional}
		if file, ok := strings.CutPrefix(v.Value, fromFile); ok && name == TokenVariable {
			c.File = file
			c.Secret, c.Optional = mounted(env, pod, file)
		}
		if name == KeyVariable {
			c.Email, _ = env.lookup(EmailVariable)
		}
		out = append(out, c)
		if !c.Whole && !c.Optional {
			break
		}
	}
	return out
}

// mounted is the entry of a Secret that a file of the container is; zero for none.
func mounted(env *environment, pod *core.PodSpec, file string) (key SecretKey, optional bool) {
	file = path.Clean(file)
	for _, mount := range env.container.VolumeMounts {
		inside := strings.TrimPrefix(strings.TrimPrefix(file, path.Clean(mount.MountPath)), "/")
		if file != path.Join(mount.MountPath, inside) {
			continue
		}
		inside = path.Join(mount.SubPath, inside)
		for i := range pod.Volumes {
			if volume := &pod.Volumes[i]; volume.Name == mount.Name {
				for _, source := range secretsOf(volume) {
					if name, ok := entryAt(source.items, inside); ok {
						return SecretKey{env.name(source.secret), name}, source.optional
					}
				}
			}
		}
	}
	return SecretKey{}, false
}

// secretVolume is a Secret as a volume holds it.
type secretVolume struct {
	secret   string
	items    []core.KeyToPath
	optional bool
}

func secretsOf(volume *core.Volume) []secretVolume {
	var out []secretVolume
	if s := volume.Secret; s != nil {
		out = append(out, secretVolume{s.SecretName, s.Items, set(s.Optional)})
	}
	if volume.Projected != nil {
		for _, source := range volume.Projected.Sources {
			if s := source.Secret; s != nil {
				out = append(out, secretVolume{s.Name, s.Items, set(s.Optional)})
			}
		}
	}
	return out
}

// entryAt is the entry that stands at a path of a volume: without items each entry is a file of its name.
func entryAt(items []core.KeyToPath, inside string) (string, bool) {
	if len(items) == 0 {
		return inside, inside != "" && !strings.Contains(inside, "/")
	}
	for _, item := range items {
		if path.Clean(item.Path) == inside {
			return item.Key, true
		}
	}
	return "", false
}
