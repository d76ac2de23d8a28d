package bundle

import (
	"regexp"
	"strings"
)

// remote reports whether Kustomize would go to the network, or to git, for entry. It errs on the side of yes.
func remote(entry string) bool {
	return strings.Contains(entry, "://") || strings.Contains(entry, "?ref=") || strings.Contains(entry, "git::") ||
		regexp.MustCompile(`^([\w.-]+@)?[\w-]+(\.[\w-]+)*:|^(www\.)?(github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com|ssh\.)`).MatchString(strings.ToLower(entry))
}

// filesIn collects what may name a file in the fields that mix files with content.
func filesIn(value any) []string {
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "\n") {
			return nil
		}
		if key, path, pair := strings.Cut(v, "="); pair && !strings.ContainsAny(key, "/:") {
			v = path
		}
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, filesIn(item)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, key := range []string{"path", "files", "env", "envs"} {
			all = append(all, filesIn(v[key])...)
		}
		return all
	}
	return nil
}
