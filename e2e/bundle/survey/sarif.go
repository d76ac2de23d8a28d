package survey

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// sarif is SARIF 2.1.0 as far as it is needed: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver struct {
			Name    string      `json:"name"`
			Version string      `json:"version,omitempty"`
			Rules   []sarifRule `json:"rules"`
		} `json:"driver"`
	} `json:"tool"`
	OriginalURIBaseIDs map[string]sarifBase `json:"originalUriBaseIds"`
	Results            []sarifResult        `json:"results"`
}

type sarifBase struct {
	Description sarifText `json:"description"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation struct {
		ArtifactLocation struct {
			URI       string `json:"uri"`
			URIBaseID string `json:"uriBaseId"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

const sourceRoot = "%SRCROOT%"

// WriteSARIF writes the findings for code scanning.
func (s *Survey) WriteSARIF(w io.Writer, version string) error {
	run := sarifRun{
		OriginalURIBaseIDs: map[string]sarifBase{sourceRoot: {sarifText{"The root of the repository that was read."}}},
		Results:            []sarifResult{},
	}
	run.Tool.Driver.Name, run.Tool.Driver.Version, run.Tool.Driver.Rules = "edgeproof", version, []sarifRule{}
	for _, f := range s.Findings {
		at := slices.IndexFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == f.Rule })
		if at < 0 {
			at = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules,
				sarifRule{f.Rule, sarifText{strings.ReplaceAll(f.Rule, "-", " ")}})
		}
		text := f.Problem
		if f.Object != "" {
			text = f.Object + ": " + text
		}
		if f.Remedy != "" {
			text += ". Remedy: " + f.Remedy
		}
		result := sarifResult{RuleID: f.Rule, RuleIndex: at, Level: f.Severity, Message: sarifText{text}}
		if f.File != "" {
			var location sarifLocation
			location.PhysicalLocation.ArtifactLocation.URI = uri(f.File)
			location.PhysicalLocation.ArtifactLocation.URIBaseID = sourceRoot
			location.PhysicalLocation.Region = &sarifRegion{max(1, f.Line)}
			result.Locations = []sarifLocation{location}
		}
		run.Results = append(run.Results, result)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(sarif{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
	if err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

// uri escapes a path as a relative reference.
func uri(path string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "#", "%23", "?", "%3F").Replace(path)
}
