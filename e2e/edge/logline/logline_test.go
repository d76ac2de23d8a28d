package logline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/logline"
)

func TestParse(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for raw, want := range map[string]logline.Line{
		`time="2026-03-01T12:00:00Z" level=info msg="All records are already up to date"`: {
			Time: at, Level: "info",
			Message: "All records are already up to date",
		},
		`time="2026-03-01T14:00:00+02:00" level=info msg="Changing record." action=CREATE record=a.b ttl=1 type=A zone=0f`: {
			Time: at, Level: "info", Message: "Changing record.",
			Fields: map[string]string{"action": "CREATE", "record": "a.b", "ttl": "1", "type": "A", "zone": "0f"},
		},
		`time="2026-03-01T12:00:00Z" level=error msg="a \"b\" =\nc"`: {
			Time: at, Level: "error",
			Message: "a \"b\" =\nc",
		},
		`time="2026-03-01T12:00:00Z" level=fatal msg=boom`: {
			Time: at, Level: "fatal",
			Message: "boom",
		},
		`{"level":"warn","msg":"m","time":"2026-03-01T12:00:00Z","n":2}`: {
			Time: at, Level: "warning",
			Message: "m", Fields: map[string]string{"n": "2"},
		},
		`E0301 12:00:00.123456       1 reflector.go:147] failed to list *v1.Ingress: forbidden`: {
			Level:   "error",
			Message: "failed to list *v1.Ingress: forbidden",
		},
		`2026-03-01T14:00:00+02:00 ERR Failed to watch error="x is forbidden"`: {
			Time: at, Level: "error",
			Message: "Failed to watch", Fields: map[string]string{"error": "x is forbidden"},
		},
		"\x1b[90m2026-03-01T12:00:00Z\x1b[0m \x1b[31mERR\x1b[0m pkg/a.go:97 > middleware \"a@b\" does not exist " +
			"\x1b[36mrouterName=\x1b[0mx@y": {
			Time: at, Level: "error", Message: `middleware "a@b" does not exist`,
			Fields: map[string]string{"routerName": "x@y"},
		},
		"\x1b[36mINFO\x1b[0m[0007] Changing record.                              \x1b[36maction\x1b[0m=CREATE " +
			"\x1b[36mrecord\x1b[0m=a.b": {
			Level: "info", Message: "Changing record.", Fields: map[string]string{"action": "CREATE", "record": "a.b"},
		},
		`FATA[2026-03-01T12:00:00Z] failed to do run once: x=1 y`: {
			Time: at, Level: "fatal",
			Message: "failed to do run once: x=1 y",
		},
		`2026-03-01T12:00:00Z HMM what`: {Message: `2026-03-01T12:00:00Z HMM what`},
		`{"RequestHost":"a.b","RequestPath":"/reset?code=1","ClientHost":"10.0.0.1","RouterName":"r","OriginStatus":404,"level":"info","msg":"","time":"2026-03-01T12:00:00Z"}`: {
			Time: at, Level: "info", Fields: map[string]string{"RequestHost": "a.b", "RouterName": "r", "OriginStatus": "404"},
		},
		`panic: runtime error`:  {Message: "panic: runtime error"},
		`{"msg":"no level"}`:    {Message: `{"msg":"no level"}`},
		`level=info msg="torn`:  {Level: "info", Message: `"torn`},
		`{not json level=info`:  {Message: `{not json level=info`},
		`a b=c level=info x="y`: {Message: `a b=c level=info x="y`},
	} {
		if d := cmp.Diff(want, logline.Parse(raw)); d != "" {
			t.Errorf("%s (-want +got):\n%s", raw, d)
		}
	}
	if got := logline.ParseAll("a\n\n  b\r\n"); len(got) != 2 || got[1].Message != "b" {
		t.Errorf("lines: %+v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`time="2026-03-01T12:00:00Z" level=info msg="x" a=b`)
	f.Add(`{"level":"info"}`)
	f.Add(`2026-03-01T12:00:00Z ERR x`)
	f.Add(`E0301 12:00:00.123456 1 a.go:1] x`)
	f.Fuzz(func(t *testing.T, raw string) { _ = logline.Parse(raw).String() })
}
