package verdict

// Survey says what of a published repository was judged: what stood in for what a clone cannot have, what was left out
// because it is not part of the edge, and what was found while reading.
type Survey struct {
	StandIns []StandIn `json:"standIns"`
	LeftOut  LeftOut   `json:"leftOut"`
	Notices  []Notice  `json:"notices"`
}

// StandIn took the place of an object or of a variable, named as "Secret cert-manager/token" or "variable DOMAIN".
type StandIn struct {
	For    string `json:"for"`
	Reason string `json:"reason"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// LeftOut counts what is not part of the edge. Releases are those of Helm, namespace/name.
type LeftOut struct {
	Objects  int            `json:"objects"`
	ByKind   map[string]int `json:"byKind"`
	Releases []string       `json:"releases"`
}

// Notice is what reading found. Severity is error, warning or note, by the meaning that SARIF gives them.
type Notice struct {
	Severity string `json:"severity" jsonschema:"enum=error,enum=warning,enum=note"`
	Rule     string `json:"rule"`
	File     string `json:"file,omitempty"` // from the root of the repository
	Line     int    `json:"line,omitempty"`
	Object   string `json:"object,omitempty"`
	Problem  string `json:"problem"`
	Remedy   string `json:"remedy,omitempty"`
}
