package verdict

// Finding is a cause that the diagnosis names, with what shows it and what to do about it.
type Finding struct {
	Layer   string `json:"layer" jsonschema:"minLength=1"`
	Code    string `json:"code" jsonschema:"minLength=1"`
	Object  string `json:"object"` // "Kind namespace/name"
	Summary string `json:"summary" jsonschema:"minLength=1"`
	// Hosts are the routes that it breaks.
	Hosts    []string `json:"hosts,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
	// Remedy is what to do; Command does it, or its first step, where a command can.
	Remedy  string `json:"remedy,omitempty"`
	Command string `json:"command,omitempty"`
	// Cites are the entries of the time line that show it.
	Cites []string `json:"cites,omitempty"`
}

// Cause names the finding as faults name theirs: "layer/code".
func (f Finding) Cause() string { return f.Layer + "/" + f.Code }
