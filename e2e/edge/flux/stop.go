package flux

import (
	"cmp"
	"slices"
	"strings"
)

// Stop is where delivery ends: an object that is not ready, or missing, and what waits for it.
type Stop struct {
	Object // of which only Ref is known where it is missing

	Missing bool
	// Waiting are the objects that are not delivered because of it, itself among them.
	Waiting []Ref
}

// Holds reports whether an object waits for the stop, or is it.
func (s Stop) Holds(ref Ref) bool { return slices.Contains(s.Waiting, ref) }

// Stops lists where deliveries end, by name. What a controller is at work on is not among them.
func (s Set) Stops() []Stop {
	by := map[Ref]*Stop{}
	for _, o := range s {
		b, blocked := s.BlockedBy(o.Ref)
		if !blocked {
			continue
		}
		stop := by[b.By]
		if stop == nil {
			at, there := s.Find(b.By)
			if there && (at.State == Reconciling || at.State == New) {
				continue
			}
			at.Ref = b.By
			stop = &Stop{Object: at, Missing: !there}
			by[b.By] = stop
		}
		for _, ref := range b.Path {
			if !stop.Holds(ref) {
				stop.Waiting = append(stop.Waiting, ref)
			}
		}
	}
	var out []Stop
	for _, stop := range by {
		out = append(out, *stop)
	}
	slices.SortFunc(out, func(a, b Stop) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

// Behind reports whether what runs is known not to be what the object's source and specification have, and what the
// difference is, in words. An object whose health check failed has been applied, and is not behind.
func (s Set) Behind(o Object) (string, bool) {
	switch o.Kind {
	case Kustomization:
		return s.kustomizationBehind(o)
	case HelmRelease:
		return s.releaseBehind(o)
	}
	return "", false
}

func (s Set) kustomizationBehind(o Object) (string, bool) {
	wanted := o.Attempted
	if source, there := s.Find(o.Source); there && source.Revision != "" {
		wanted = source.Revision
	}
	switch {
	case o.Reason == "HealthCheckFailed" && o.Attempted == wanted:
		return "", false
	case o.Revision == "":
		return "nothing of it has been applied", true
	case wanted != o.Revision:
		return "the cluster has " + ShortRevision(o.Revision) + ", its source " + ShortRevision(wanted), true
	}
	return "", false
}

// waited reports whether what failed is the wait for objects that are applied.
func waited(message string) bool {
	return slices.ContainsFunc([]string{"timed out", "deadline exceeded", "not " +
		"ready", "InProgress"}, func(text string) bool {
		return strings.Contains(message, text)
	})
}

func (s Set) releaseBehind(o Object) (string, bool) {
	running, installed := o.Running()
	wanted := cmp.Or(o.Version, o.Attempted)
	if chart, there := s.Find(o.Source); there && chart.Revision != "" {
		wanted = chart.Revision
	}
	switch {
	case len(o.History) > 0 && o.History[0].Status == "failed" && waited(o.Message):
		return "", false // the objects are those of the release that failed
	case o.State == Failed, o.State == Stalled, o.State == Suspended && o.Unobserved:
		if !installed {
			return "nothing of it is installed", true
		}
		if running.Version == wanted || wanted == "" {
			return "the cluster runs release " + o.Name + " with chart " + running.Version + " and earlier values", true
		}
		return "the cluster runs chart " + running.Version + ", wanted is " + wanted, true
	case !installed:
		return "nothing of it is installed", true
	}
	return "", false
}
