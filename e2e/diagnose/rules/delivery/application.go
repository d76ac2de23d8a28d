package delivery

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
)

const (
	applicationUnreadable diagnose.Code = "application-unreadable"
	applicationNotSynced  diagnose.Code = "application-not-synced"
	applicationDegraded   diagnose.Code = "application-degraded"
)

func applicationUnreadableRule() diagnose.Rule {
	return application(applicationUnreadable, argocd.Unreadable,
		"Argo CD cannot read or render the source of an Application, so that nothing new arrives",
		"condition ComparisonError, InvalidSpecError or UnknownError, or sync status Unknown",
		"correct the source, or its credential", "cannot be compared with its source",
		func(a *argocd.App) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "correct the source in Git, or its credential, as the message says",
				Command: fmt.Sprintf("argocd app get %s --hard-refresh", appName(a)),
			}
		})
}

func applicationNotSyncedRule() diagnose.Rule {
	rule := application(applicationNotSynced, argocd.OutOfSync,
		"the cluster differs from what the Application's source has, and nothing syncs it: the sync failed, or is not "+
			"automatic",
		"sync status OutOfSync; the operation's message, if it failed",
		"sync it", "is out of sync",
		func(a *argocd.App) diagnose.Remedy {
			text := "sync it; it is not automatic"
			if a.Automated {
				text = "correct in Git what made the sync fail, then sync it"
			}
			return diagnose.Remedy{Text: text, Command: sync(a)}
		})
	find := rule.Find
	rule.Find = func(r *diagnose.Route) []diagnose.Finding {
		return append(find(r), applications(r, argocd.Failed, "failed to sync", func(a *argocd.App) diagnose.Remedy {
			return diagnose.Remedy{Text: "correct in Git what made the sync fail, then sync it", Command: sync(a)}
		})...)
	}
	return rule
}

func applicationDegradedRule() diagnose.Rule {
	rule := application(applicationDegraded, argocd.Degraded,
		"what an Application applied is not healthy; it is delivered all the same",
		"health Degraded or Missing while the Application is synced",
		"find out why its objects are not healthy", "is synced, and its objects are not healthy",
		func(a *argocd.App) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "find out why the objects are not healthy",
				Command: fmt.Sprintf("argocd app resources %s", appName(a)),
			}
		})
	rule.Kind, rule.Explains = diagnose.Note, nil
	return rule
}

func application(code diagnose.Code, state argocd.State, meaning, evidence, remedy, problem string,
	advise func(*argocd.App) diagnose.Remedy,
) diagnose.Rule {
	return diagnose.Rule{
		Code: code, Kind: diagnose.Upstream, Meaning: meaning, Evidence: evidence, Remedy: remedy, Explains: explainsByApp,
		Find: func(r *diagnose.Route) []diagnose.Finding { return applications(r, state, problem, advise) },
	}
}

func applications(r *diagnose.Route, state argocd.State, problem string,
	advise func(*argocd.App) diagnose.Remedy,
) []diagnose.Finding {
	var out []diagnose.Finding
	for _, a := range concerned(r) {
		if a.State != state {
			continue
		}
		summary := a.String() + " " + problem
		if a.Message != "" {
			summary += ": " + diagnose.Short(a.Message)
		}
		evidence := []diagnose.Evidence{diagnose.Fact(a.String(), "sync %s, health %s%s", a.Sync, a.Health,
			diagnose.Since(a.Since))}
		if a.Applied != "" && a.Revision != a.Applied {
			text := "the cluster has " + short(a.Applied) + ", its source " + short(a.Revision)
			summary, evidence = summary+"; "+text, append(evidence, diagnose.Fact(a.String(), "%s", text))
		}
		for _, o := range a.Differing[:min(len(a.Differing), 3)] {
			evidence = append(evidence, diagnose.Fact(o.String(), "%s %s %s", o.Sync, o.Health, o.Message))
		}
		out = append(out, diagnose.Finding{Object: a.String(), Summary: summary, Evidence: evidence, Remedy: advise(a)})
	}
	return out
}

// concerned are the Applications that deliver what the route rests on, and those with an object that is missing and
// that the route needs.
func concerned(r *diagnose.Route) []*argocd.App {
	var out []*argocd.App
	note := func(object string) {
		if a := r.Index.Deliveries.Application(object); a != nil && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	if len(r.Index.Deliveries.Applications) == 0 {
		return nil
	}
	for _, object := range parts(r) {
		note(object)
	}
	for _, t := range r.Troubles(diagnose.Delivery) {
		note(t.Object)
	}
	return out
}

// explainsByApp reports whether an Application has not delivered the object that does not work.
func explainsByApp(r *diagnose.Route, f diagnose.Finding, t diagnose.Trouble) bool {
	for _, object := range objectsOf(r, t) {
		a := r.Index.Deliveries.Application(object)
		if a == nil || a.String() != f.Object {
			continue
		}
		differs := slices.ContainsFunc(a.Differing, func(o argocd.Object) bool {
			return o.String() == object && (o.Sync == "OutOfSync" || o.Health == "Missing")
		})
		if differs || a.State == argocd.Unreadable || a.State == argocd.Failed {
			return true
		}
	}
	return false
}

// appName is an Application's name on argocd's command line.
func appName(a *argocd.App) string { return a.Namespace + "/" + a.Name }

// sync is the command that syncs an Application.
func sync(a *argocd.App) string { return "argocd app sync " + appName(a) }
