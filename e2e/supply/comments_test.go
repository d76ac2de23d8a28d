package supply

import "testing"

func TestCommentsBuildNoImageAgain(t *testing.T) {
	t.Parallel()
	const source = "package a\n\n//go:embed x\nvar x string\n\nfunc f() int { return 1 }\n"
	key := string(withoutComments([]byte(source)))
	for name, c := range map[string]struct {
		source string
		same   bool
	}{
		"comments":            {"// Package a is.\npackage a\n\n//go:embed x\nvar x string // one\n\n/* f\nis */\nfunc f() int { return 1 }\n", true},
		"layout":              {"package a\n//go:embed x\nvar x string\nfunc f() int {\n\treturn 1\n}\n", false},
		"blank lines":         {"package a\n//go:embed x\nvar x string\n\n\n\nfunc f() int { return 1 }\n", true},
		"another directive":   {"package a\n\n//go:embed y\nvar x string\n\nfunc f() int { return 1 }\n", false},
		"no directive":        {"package a\n\n// go:embed x\nvar x string\n\nfunc f() int { return 1 }\n", false},
		"another value":       {"package a\n\n//go:embed x\nvar x string\n\nfunc f() int { return 2 }\n", false},
		"a string of slashes": {"package a\n\n//go:embed x\nvar x string\n\nfunc f() int { return 1 }\n\nvar y = \"// y\"\n", false},
		"cgo": {
			"// #include <a.h>\nimport \"C\"\npackage a\n\n//go:embed x\nvar x string\n\nfunc f() int { return 1 }\n", false,
		},
	} {
		if got := string(withoutComments([]byte(c.source))) == key; got != c.same {
			t.Errorf("%s: the same key: %t, want %t", name, got, c.same)
		}
	}
}
