package contract_test

import (
	"context"
	"path"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// ledger is which calls of one client library were made and went well, by the library's own names:
// "zones.(*ZoneService).List".
type ledger struct {
	t    *testing.T
	made map[string]bool
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	return &ledger{t: t, made: map[string]bool{}}
}

// call makes a call, enters it when it went well, and answers its first result. The context comes by itself.
func call[R any](l *ledger, method any, args ...any) R {
	l.t.Helper()
	f := reflect.ValueOf(method)
	in := []reflect.Value{}
	if takesContext(f.Type()) {
		in = append(in, reflect.ValueOf(l.t.Context()))
	}
	for _, arg := range args {
		in = append(in, reflect.ValueOf(arg))
	}
	out := f.Call(in)
	err, _ := out[len(out)-1].Interface().(error)
	if pages, ok := out[0].Interface().(interface{ Err() error }); ok { // the first page is read at once
		err = pages.Err()
	}
	name := methodName(f)
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	l.made[name] = true
	result, _ := out[0].Interface().(R) // what answers an error only has no result
	return result
}

// paged reads a call's pages to their end and counts what is on them.
func paged(l *ledger, method any, args ...any) int {
	l.t.Helper()
	pages := call[interface {
		Next() bool
		Err() error
	}](l, method, args...)
	n := 0
	for pages.Next() {
		n++
	}
	if err := pages.Err(); err != nil {
		l.t.Error(methodName(reflect.ValueOf(method)), err)
	}
	return n
}

// methodName is a method's name as the runtime has it, without the folders of its package.
func methodName(f reflect.Value) string {
	return strings.TrimSuffix(path.Base(runtime.FuncForPC(f.Pointer()).Name()), "-fm")
}

func takesContext(f reflect.Type) bool {
	return f.NumIn() > 0 && f.In(0) == reflect.TypeFor[context.Context]()
}

// complete holds the ledger against the library: each of its calls was made, or unserved has it or its service
// with the reason, and then the fake answers as for any route that it has not, or as to a token without the
// permission. A new release of a library with a call more fails here.
func (l *ledger) complete(w *world, unserved map[string]string, calls []method) {
	l.t.Helper()
	used := map[string]bool{}
	for _, m := range calls {
		name := m.name
		service, _, _ := strings.Cut(name, ").")
		key := name
		if unserved[key] == "" {
			key = service + ")"
		}
		switch {
		case unserved[key] == "" && !l.made[name]:
			l.t.Errorf("%s: make the call in this test, or say why the fake does not serve it", name)
		case unserved[key] != "" && l.made[name]:
			l.t.Errorf("%s is listed as not served (%s), and succeeded", name, unserved[key])
		case unserved[key] != "":
			if outcome := w.outcome(m); outcome != "404 7003" && outcome != "403 10000" {
				l.t.Errorf("%s is listed as not served (%s), and got %q", name, unserved[key], outcome)
			}
		}
		used[key], l.made[name] = true, false
	}
	for key := range unserved {
		if !used[key] {
			l.t.Errorf("the library has no %s any more", key)
		}
	}
	for name, left := range l.made {
		if left {
			l.t.Errorf("%s was made, and is not among the calls that must be", name)
		}
	}
}

// outcome makes a call with identifiers and nothing else, and answers how its last request ended.
func (w *world) outcome(m method) string {
	const id = "0123456789abcdef0123456789abcdef"
	args := []reflect.Value{}
	f := m.bound.Type()
	for i := range f.NumIn() {
		switch in := f.In(i); {
		case in == reflect.TypeFor[context.Context]():
			args = append(args, reflect.ValueOf(w.t.Context()))
		case in.Kind() == reflect.String:
			args = append(args, reflect.ValueOf(id).Convert(in))
		case in.Kind() == reflect.Pointer:
			args = append(args, identified(in.Elem(), id).Addr())
		case f.IsVariadic() && i == f.NumIn()-1:
		default:
			args = append(args, identified(in, id))
		}
	}
	w.journal.Clear()
	out := m.bound.Call(args)
	entries := w.journal.Entries(api.JournalFilter{Source: api.SourceAPI})
	if len(entries) == 0 {
		err, _ := out[len(out)-1].Interface().(error)
		w.t.Logf("%s: no request was made: %v", m.name, err)
		return ""
	}
	return entries[len(entries)-1].Outcome
}

// identified is a value in which every identifier is set.
func identified(of reflect.Type, id string) reflect.Value {
	made := reflect.New(of).Elem()
	if of.Kind() != reflect.Struct {
		return made
	}
	for i := range of.NumField() {
		switch field, value := of.Field(i), made.Field(i); {
		case field.Name == "Identifier":
			value.SetString(id)
		case field.Name == "Level":
			value.SetString("zones")
		case strings.HasSuffix(field.Name, "ID") && field.Type.Kind() == reflect.Struct &&
			value.FieldByName("Value").Kind() == reflect.String:
			value.FieldByName("Value").SetString(id)
			value.FieldByName("Present").SetBool(true)
		}
	}
	return made
}

// method is a call of a library, bound to its client.
type method struct {
	name  string
	bound reflect.Value
}

// callsOf are the calls of services, and of the services within them.
func callsOf(services ...any) []method {
	var found []method
	for _, service := range services {
		v := reflect.ValueOf(service)
		for i := range v.NumMethod() {
			found = append(found, method{methodName(v.Type().Method(i).Func), v.Method(i)})
		}
		for i := range v.Elem().NumField() {
			field := v.Elem().Field(i)
			if field.Kind() == reflect.Pointer && strings.HasSuffix(field.Type().Elem().Name(), "Service") {
				found = append(found, callsOf(field.Interface())...)
			}
		}
	}
	return found
}

// asAccount makes the world's token one of its account, with all permissions.
func (w *world) asAccount() (account string) {
	id := zone.DefaultAccount().ID
	w.edit(func(k *api.Token) { k.Permissions, k.Account = api.Permissions(), id })
	return id.String()
}
