package facts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Line is one line of a log.
type Line struct {
	Time    time.Time         `json:"time,omitzero"`
	Level   string            `json:"level,omitempty"` // debug, info, warning, error, fatal, panic; empty when the line has none
	Message string            `json:"msg"`             // the whole line when its form is not known
	Fields  map[string]string `json:"fields,omitempty"`
}

// Bad reports whether the line tells of an error.
func (l Line) Bad() bool {
	return l.Level == "error" || l.Level == "fatal" || l.Level == "panic"
}

// String is the line in short, as evidence.
func (l Line) String() string {
	var b strings.Builder
	if !l.Time.IsZero() {
		b.WriteString(l.Time.UTC().Format("15:04:05 "))
	}
	if l.Level != "" {
		b.WriteString(l.Level + ": ")
	}
	b.WriteString(l.Message)
	for _, name := range []string{"action", "type", "record"} {
		if v := l.Fields[name]; v != "" {
			b.WriteString(" " + name + "=" + v)
		}
	}
	return b.String()
}

// commonLog is the beginning of a line of an access log in the Common Log Format: a client's address, a user, a time, a request.
var commonLog = regexp.MustCompile(`^\S+ - \S+ \[[^\]]+\] "`)

// ParseLines reads a log, line by line. Lines of an access log in the Common Log Format, Traefik's default, are left out: they say who
// asked for what, and not who answered.
func ParseLines(text string) []Line {
	var out []Line
	for raw := range strings.Lines(text) {
		if raw = strings.TrimSpace(raw); raw != "" && !commonLog.MatchString(raw) {
			out = append(out, ParseLine(raw))
		}
	}
	return out
}

// ParseLine reads one line in any of the forms that the components write: logrus text (key=value, values quoted when they must be),
// JSON, Traefik's console and access log, and klog's header. Another form is kept whole, as Message.
func ParseLine(raw string) Line {
	if strings.HasPrefix(raw, "{") {
		if l, ok := parseJSON(raw); ok {
			return l
		}
	}
	if l, ok := parseKlog(raw); ok {
		return l
	}
	if l, ok := parseConsole(raw); ok {
		return l
	}
	if pairs := parsePairs(raw); pairs != nil && pairs["level"] != "" {
		return fromPairs(pairs)
	}
	return Line{Message: raw}
}

func parseJSON(raw string) (Line, bool) {
	var decoded map[string]any
	if json.Unmarshal([]byte(raw), &decoded) != nil {
		return Line{}, false
	}
	pairs := map[string]string{}
	for name, value := range decoded {
		if text, ok := value.(string); ok {
			pairs[name] = text
			continue
		}
		pairs[name] = fmt.Sprint(value)
	}
	if host := pairs["RequestHost"]; host != "" {
		pairs = access(pairs)
	}
	leveled := pairs["level"] != ""
	return fromPairs(pairs), leveled
}

// access keeps of a line of Traefik's access log what tells who answered: paths and clients are nobody's business.
func access(pairs map[string]string) map[string]string {
	kept := map[string]string{}
	for _, name := range []string{"level", "msg", "time", "RequestHost", "RouterName", "ServiceName", "OriginStatus", "DownstreamStatus"} {
		if value, ok := pairs[name]; ok {
			kept[name] = value
		}
	}
	return kept
}

func fromPairs(pairs map[string]string) Line {
	l := Line{Level: strings.ToLower(pairs["level"]), Message: pairs["msg"]}
	if l.Level == "warn" {
		l.Level = "warning"
	}
	if t, err := time.Parse(time.RFC3339Nano, pairs["time"]); err == nil {
		l.Time = t.UTC()
	}
	for _, known := range []string{"level", "msg", "time"} {
		delete(pairs, known)
	}
	if len(pairs) > 0 {
		l.Fields = pairs
	}
	return l
}

// parsePairs reads key=value pairs; nil when the line is not made of them.
func parsePairs(raw string) map[string]string {
	pairs := map[string]string{}
	for rest := raw; rest != ""; rest = strings.TrimLeft(rest, " ") {
		name, after, ok := strings.Cut(rest, "=")
		if !ok || name == "" || strings.ContainsAny(name, " \"") {
			return nil
		}
		if quoted, err := strconv.QuotedPrefix(after); err == nil {
			value, err := strconv.Unquote(quoted)
			if err != nil {
				return nil
			}
			pairs[name], rest = value, after[len(quoted):]
			continue
		}
		pairs[name], rest, _ = strings.Cut(after, " ")
	}
	return pairs
}

// parseKlog reads the header of k8s.io/klog: Lmmdd hh:mm:ss.uuuuuu pid file:line] msg. It has no year, so no time is kept.
func parseKlog(raw string) (Line, bool) {
	m := regexp.MustCompile(`^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^ \]]+\] (.*)$`).FindStringSubmatch(raw)
	if m == nil {
		return Line{}, false
	}
	level := map[string]string{"I": "info", "W": "warning", "E": "error", "F": "fatal"}[m[1]]
	return Line{Level: level, Message: m[2]}, true
}

// parseConsole reads the header of zerolog's console writer, Traefik's common format: time, level in three letters, message.
func parseConsole(raw string) (Line, bool) {
	written, after, _ := strings.Cut(raw, " ")
	short, message, ok := strings.Cut(after, " ")
	at, err := time.Parse(time.RFC3339Nano, written)
	if !ok || err != nil {
		return Line{}, false
	}
	level, ok := map[string]string{"TRC": "debug", "DBG": "debug", "INF": "info", "WRN": "warning", "ERR": "error", "FTL": "fatal", "PNC": "panic"}[short]
	return Line{Time: at.UTC(), Level: level, Message: message}, ok
}
