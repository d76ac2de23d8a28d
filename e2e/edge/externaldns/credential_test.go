package externaldns_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

func fromSecret(variable, name, key string) core.EnvVar {
	return core.EnvVar{
		Name: variable,
		ValueFrom: &core.EnvVarSource{
			SecretKeyRef: &core.SecretKeySelector{LocalObjectReference: core.LocalObjectReference{Name: name}, Key: key},
		},
	}
}

func wholeSecret(prefix, name string) core.EnvFromSource {
	return core.EnvFromSource{
		Prefix:    prefix,
		SecretRef: &core.SecretEnvSource{LocalObjectReference: core.LocalObjectReference{Name: name}},
	}
}

func key(name, key string) externaldns.SecretKey {
	return externaldns.SecretKey{NamespacedName: types.NamespacedName{Namespace: "dns", Name: name}, Key: key}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	token := fromSecret("CF_API_TOKEN", "cf", "token")
	known := externaldns.Sources{
		SecretKeys: map[types.NamespacedName][]string{{Namespace: "dns", Name: "cf"}: {"API_KEY", "API_EMAIL"}},
	}
	mount := func(path, sub string) []core.VolumeMount {
		return []core.VolumeMount{{Name: "other", MountPath: "/etc"}, {Name: "cf", MountPath: path, SubPath: sub}}
	}
	secret := core.VolumeSource{Secret: &core.SecretVolumeSource{SecretName: "cf"}}
	items := core.VolumeSource{
		Projected: &core.ProjectedVolumeSource{Sources: []core.VolumeProjection{{Secret: &core.SecretProjection{
			LocalObjectReference: core.LocalObjectReference{
				Name: "cf",
			},
			Items: []core.KeyToPath{{Key: "api-token", Path: "in/token"}},
		}}}},
	}
	for _, tc := range []struct {
		name   string
		env    []core.EnvVar
		from   []core.EnvFromSource
		mounts []core.VolumeMount
		volume core.VolumeSource
		known  externaldns.Sources
		want   []externaldns.Credential
	}{
		{name: "none"},
		{name: "a token", env: []core.EnvVar{token}, want: []externaldns.Credential{{
			Variable: "CF_API_TOKEN",
			Secret:   key("cf", "token"),
		}}},
		{
			name: "a token goes before a key", env: []core.EnvVar{fromSecret("CF_API_KEY", "cf", "key"), token},
			want: []externaldns.Credential{{Variable: "CF_API_TOKEN", Secret: key("cf", "token")}},
		},
		{
			name: "a key", env: []core.EnvVar{fromSecret("CF_API_KEY", "cf", "key"), variable("CF_API_EMAIL", "a@example.org")},
			want: []externaldns.Credential{{
				Variable: "CF_API_KEY", Secret: key("cf", "key"),
				Email: externaldns.Variable{Value: "a@example.org"},
			}},
		},
		{
			name: "in plain text", env: []core.EnvVar{variable("CF_API_TOKEN", "x")},
			want: []externaldns.Credential{{Variable: "CF_API_TOKEN"}},
		},
		{name: "empty", env: []core.EnvVar{variable("CF_API_TOKEN", "")}},
		{
			name: "all of a Secret that is not known", from: []core.EnvFromSource{wholeSecret("CF_", "cf")},
			want: []externaldns.Credential{
				{Variable: "CF_API_TOKEN", Secret: key("cf", "API_TOKEN"), Whole: true},
				{
					Variable: "CF_API_KEY", Secret: key("cf", "API_KEY"), Whole: true,
					Email: externaldns.Variable{Secret: key("cf", "API_EMAIL"), Whole: true},
				},
			},
		},
		{
			name: "all of a Secret that is known", from: []core.EnvFromSource{wholeSecret("CF_", "cf")}, known: known,
			want: []externaldns.Credential{{
				Variable: "CF_API_KEY", Secret: key("cf", "API_KEY"),
				Email: externaldns.Variable{Secret: key("cf", "API_EMAIL")},
			}},
		},
		{name: "of another prefix", from: []core.EnvFromSource{wholeSecret("AWS_", "cf")}},
		{
			name: "a file", env: []core.EnvVar{variable("CF_API_TOKEN", "file:/etc/cf/token")}, mounts: mount("/etc/cf/", ""),
			volume: secret,
			want:   []externaldns.Credential{{Variable: "CF_API_TOKEN", Secret: key("cf", "token"), File: "/etc/cf/token"}},
		},
		{
			name: "a file of items", env: []core.EnvVar{variable("CF_API_TOKEN", "file:/etc/cf/in/token")},
			mounts: mount("/etc/cf", ""), volume: items,
			want: []externaldns.Credential{{
				Variable: "CF_API_TOKEN", Secret: key("cf", "api-token"),
				File: "/etc/cf/in/token",
			}},
		},
		{
			name: "one file", env: []core.EnvVar{variable("CF_API_TOKEN", "file:/token")}, mounts: mount("/token", "api-token"),
			volume: secret,
			want:   []externaldns.Credential{{Variable: "CF_API_TOKEN", Secret: key("cf", "api-token"), File: "/token"}},
		},
		{
			name: "a file of no Secret", env: []core.EnvVar{variable("CF_API_TOKEN", "file:/etc/cfx/token")},
			mounts: mount("/etc/cf", ""), volume: secret,
			want: []externaldns.Credential{{Variable: "CF_API_TOKEN", File: "/etc/cfx/token"}},
		},
	} {
		spec := pod("v0.20.0")
		c := &spec.Containers[1]
		c.Env, c.EnvFrom, c.VolumeMounts = tc.env, tc.from, tc.mounts
		spec.Volumes = []core.Volume{{Name: "cf", VolumeSource: tc.volume}}
		if d := cmp.Diff(tc.want, read(t, spec, tc.known).Credentials); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
}
