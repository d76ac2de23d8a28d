// Package logline reads the lines of a component's log, whatever their form: logrus and zerolog text, colored
// or not, JSON, klog, and Traefik's access log. It knows forms only. It must not know what a message means: the
// component's own package does.
package logline

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
	Level   string            `json:"level,omitempty"` // debug, info, warning, error, fatal, panic; "" for none
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
	if inner := l.Fields["error"]; inner != "" && !strings.Contains(l.Message, inner) {
		if l.Message != "" {
			b.WriteString(": ")
		}
		b.WriteString(inner)
	}
	for _, name := range []string{"action", "type", "record", "routerName", "ingress", "namespace", "serviceName"} {
		if v := l.Fields[name]; v != "" {
			b.WriteString(" " + name + "=" + v)
		}
	}
	return b.String()
}

// The forms that are recognized by their beginning.
var (
	// A client's address, a user, a time, a request: the Common Log Format of an access log.
	commonLog = regexp.MustCompile(`^\S+ - \S+ \[[^\]]+\] "`)
	// k8s.io/klog: Lmmdd hh:mm:ss.uuuuuu pid file:line] msg. It has no year, so no time is kept.
	klogHeader = regexp.MustCompile(`^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^ \]]+\] (.*)$`)
	// logrus at a terminal: INFO[0012] msg, in brackets the seconds since the start or a time.
	terminal = regexp.MustCompile(`^([A-Z]{4})\[([^\]]+)\] *(.*)$`)
	// Where zerolog was called: file.go:97 > msg.
	caller   = regexp.MustCompile(`^\S+\.go:\d+ > `)
	color    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	fieldKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
)

// ParseAll reads a log, line by line. Lines of an access log in the Common Log Format, Traefik's default, are
// left out: they do not say who answered.
func ParseAll(text string) []Line {
	var out []Line
	for raw := range strings.Lines(text) {
		if raw = strings.TrimSpace(raw); raw != "" && !commonLog.MatchString(raw) {
			out = append(out, Parse(raw))
		}
	}
	return out
}

// Parse reads one line in any of the forms that the components write. Another form is kept whole, as Message.
func Parse(raw string) Line {
	if strings.Contains(raw, "\x1b[") {
		raw = color.ReplaceAllString(raw, "")
	}
	for _, form := range []func(string) (Line, bool){parseJSON, parseKlog, parseConsole, parseTerminal, parseText} {
		if l, ok := form(raw); ok {
			return l
		}
	}
	return Line{Message: raw}
}

func parseJSON(raw string) (Line, bool) {
	var decoded map[string]any
	if !strings.HasPrefix(raw, "{") || json.Unmarshal([]byte(raw), &decoded) != nil {
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

// access keeps of a line of Traefik's access log what says who answered: paths and clients are private.
func access(pairs map[string]string) map[string]string {
	kept := map[string]string{}
	for _, name := range []string{
		"level", "msg", "time", "RequestHost", "RouterName", "ServiceName", "OriginStatus", "DownstreamStatus",
	} {
		if value, ok := pairs[name]; ok {
			kept[name] = value
		}
	}
	return kept
}

// parseText reads logrus's text of key=value pairs.
func parseText(raw string) (Line, bool) {
	pairs := parsePairs(raw)
	if pairs["level"] == "" {
		return Line{}, false
	}
	return fromPairs(pairs), true
}

func fromPairs(pairs map[string]string) Line {
	l := Line{Level: level(pairs["level"]), Message: pairs["msg"]}
	if _, logrus := pairs["msg"]; !logrus { // zerolog, Traefik's library, calls it otherwise
		l.Message = pairs["message"]
		delete(pairs, "message")
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

func parseKlog(raw string) (Line, bool) {
	m := klogHeader.FindStringSubmatch(raw)
	if m == nil {
		return Line{}, false
	}
	return Line{Level: level(m[1]), Message: m[2]}, true
}

// parseConsole reads zerolog's console form, Traefik's common format: time, level in three letters, message, pairs.
func parseConsole(raw string) (Line, bool) {
	written, after, _ := strings.Cut(raw, " ")
	short, message, ok := strings.Cut(after, " ")
	at, err := time.Parse(time.RFC3339Nano, written)
	if !ok || err != nil || len(short) != 3 || level(short) == "" {
		return Line{}, false
	}
	l := Line{Time: at.UTC(), Level: level(short)}
	l.Message, l.Fields = splitPairs(caller.ReplaceAllString(message, ""))
	return l, true
}

// parseTerminal reads what logrus writes to a terminal, as in a pod with tty: true.
func parseTerminal(raw string) (Line, bool) {
	m := terminal.FindStringSubmatch(raw)
	if m == nil || level(m[1]) == "" {
		return Line{}, false
	}
	l := Line{Level: level(m[1])}
	if t, err := time.Parse(time.RFC3339Nano, m[2]); err == nil {
		l.Time = t.UTC()
	}
	l.Message, l.Fields = splitPairs(m[3])
	return l, true
}

// level is the name of a level that a form abbreviates; a name that is not abbreviated is returned in lower
// case, and "" for none.
func level(text string) string {
	switch text {
	case "TRC", "DBG", "DEBU", "TRAC":
		return "debug"
	case "INF", "INFO", "I":
		return "info"
	case "WRN", "WARN", "W", "warn":
		return "warning"
	case "ERR", "ERRO", "E":
		return "error"
	case "FTL", "FATA", "F":
		return "fatal"
	case "PNC", "PANI":
		return "panic"
	}
	if text == strings.ToUpper(text) {
		return "" // an abbreviation that no form has
	}
	return strings.ToLower(text)
}

// parsePairs reads key=value pairs; nil when the text is not made of them.
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

// splitPairs parts a message from the pairs that follow it.
func splitPairs(text string) (message string, fields map[string]string) {
	for at := 0; at < len(text); {
		rest := text[at:]
		if name, _, ok := strings.Cut(rest, "="); ok && fieldKey.MatchString(name) {
			if fields := parsePairs(rest); fields != nil {
				return strings.TrimSpace(text[:at]), fields
			}
		}
		next := strings.IndexByte(rest, ' ')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return strings.TrimSpace(text), nil
}
