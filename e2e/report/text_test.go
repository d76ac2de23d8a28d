package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "",
		"plain – text\n\tkept":              "plain – text\n\tkept",
		"a\r\nb\rc":                         "a\nb\nc",
		"\x1b[31mred\x1b[0m":                "red",
		"\x1b[38;5;196mred\x1b[m":           "red",
		"\x1b]0;title\x07after":             "after",
		"\x1b]8;;http://x\x1b\\link":        "link",
		"\x1b]never ended":                  "",
		"\x1b[never":                        "ever",
		"\x1b[1\nnext":                      "next",
		"end\x1b":                           "end",
		"\x1bcreset":                        "reset",
		"nul\x00 bell\x07 del\x7f c1\u009b": "nul bell del c1",
		"bad \xff\xfe":                      "bad \uFFFD",
		"turn \u202eback \u2066x":           "turn back x",
		"sep\u2028arated":                   "separated",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	if got := cut("short", 5); got != "short" {
		t.Errorf("cut = %q", got)
	}
	long := strings.Repeat("ä", 100)
	for n := range 60 {
		if got := cut(long, n); !utf8.ValidString(got) || n > 10 && len(got) > n {
			t.Errorf("cut(%d) = %q, %d bytes", n, got, len(got))
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"": 0, "abc": 3, "ä": 1, "a\u0308": 1, "日本": 4, "✓": 1, "🚀": 2, "\u200b": 0,
		"👩\u200d👩\u200d👧": 2,
		"⌚":               2, "▲": 1,
	} {
		if got := columns(s); got != want {
			t.Errorf("columns(%q) = %d, want %d", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m\x1b]0;x\x07")
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if strings.ContainsAny(got, "\x1b\x00\r\a") || !utf8.ValidString(got) || clean(got) != got {
			t.Errorf("clean(%q) = %q", s, got)
		}
	})
}
