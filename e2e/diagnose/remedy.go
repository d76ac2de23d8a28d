package diagnose

// Restart is the remedy that starts a component again: by scaling it up when it has zero replicas.
func Restart(c *Program, text string) Remedy {
	switch {
	case !c.Runs():
		return Remedy{Text: text}
	case c.Desired == 0 && c.Kind != "DaemonSet":
		return Remedy{Text: text, Command: c.Kubectl("scale", "--replicas=1")}
	}
	return Remedy{Text: text, Command: c.RolloutRestart()}
}

// Annotate is the remedy that sets or, by a trailing dash, removes annotations of the route's object.
func (r *Route) Annotate(text string, pairs ...string) Remedy {
	return Remedy{Text: text, Command: r.Source.Annotate(pairs...)}
}

// Drop is the remedy that deletes records at the provider, by their ids.
func Drop(text string, records ...Record) Remedy {
	out := Remedy{Text: text}
	for _, rec := range records {
		if rec.ID == "" {
			continue
		}
		if out.Command != "" {
			out.Command += " && "
		}
		out.Command += `curl -fsS -X DELETE -H "Authorization: Bearer $CF_API_TOKEN" "https://api.cloudflare.com/client/v4/zones/$ZONE_ID/dns_records/` + rec.ID + `"`
	}
	return out
}
