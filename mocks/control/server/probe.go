package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Probe runs one request of the external client and returns its report, both as JSON. An error is one of the request.
type Probe func(ctx context.Context, request json.RawMessage) (json.RawMessage, error)

// ProbeWith makes a Probe of an external client's own types, which this package does not know. It reads requests
// strictly: an unknown field is an error.
func ProbeWith[Request, Report any](do func(context.Context, Request) Report) Probe {
	return func(ctx context.Context, body json.RawMessage) (json.RawMessage, error) {
		var request Request
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&request); err != nil {
			return nil, fmt.Errorf("read the probe: %w", err)
		}
		return json.Marshal(do(ctx, request))
	}
}

func (s *server) probe(r *http.Request) (any, error) {
	var request json.RawMessage
	if err := decode(r, &request); err != nil {
		return nil, err
	}
	report, err := s.Probe(r.Context(), request)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return report, nil
}
