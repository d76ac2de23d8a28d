package await_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/google/go-cmp/cmp"
)

// The table is a struct so that the compiler checks names; All and Scaled list its fields by hand, so hold them to it.
func TestDefaultBudgets(t *testing.T) {
	t.Parallel()
	table := await.Default()
	fields := reflect.ValueOf(table)
	all := table.All()
	if len(all) != fields.NumField() {
		t.Fatalf("All lists %d budgets, the table has %d", len(all), fields.NumField())
	}
	double, err := table.Scaled(2)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, b := range all {
		if err := b.Validate(); err != nil {
			t.Error(err)
		}
		if seen[b.Name] {
			t.Errorf("budget name %q is used twice", b.Name)
		}
		seen[b.Name] = true
		field := fields.Type().Field(i).Name
		if diff := cmp.Diff(fields.Field(i).Interface(), any(b)); diff != "" {
			t.Errorf("All()[%d] is not the field %s:\n%s", i, field, diff)
		}
		if got := double.All()[i].Timeout; got != 2*b.Timeout {
			t.Errorf("%s: scaled by 2 is %s, want %s", field, got, 2*b.Timeout)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	good := await.Budget{Name: "n", Timeout: 2 * time.Second, Interval: time.Second, Why: "w"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	cases := map[string]func(*await.Budget){
		"no name":              func(b *await.Budget) { b.Name = "" },
		"no timeout":           func(b *await.Budget) { b.Timeout = 0 },
		"no interval":          func(b *await.Budget) { b.Interval = 0 },
		"interval too long":    func(b *await.Budget) { b.Interval = 3 * time.Second },
		"fixed delay fills it": func(b *await.Budget) { b.FixedDelay = 2 * time.Second },
		"no reason":            func(b *await.Budget) { b.Why = "" },
		"negative fixed delay": func(b *await.Budget) { b.FixedDelay = -1 },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := good
			change(&b)
			if b.Validate() == nil {
				t.Errorf("accepted %+v", b)
			}
		})
	}
}

func TestScaledRefusesToShrink(t *testing.T) {
	t.Parallel()
	if _, err := await.Default().Scaled(0.5); err == nil {
		t.Error("a table half as long was accepted")
	}
}
