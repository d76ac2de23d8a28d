// Command record plays the probes of package evidence at Cloudflare's real API and writes the answers, without names
// and secrets, to be compared with the fake's.
//
//	CLOUDFLARE_API_TOKEN=… CLOUDFLARE_ZONE=mine.example go run ./mocks/cmd/record FOLDER
//
// It needs a token with Zone:Read and DNS:Edit for a zone of one's own, in which it creates and removes records called
// edgeproof. Read what it wrote before you publish it; mocks/evidence/testdata/recorded is where the test reads.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/edgeproof/edgeproof/mocks/evidence"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string) error {
	s := &evidence.Service{
		Base: getenv("CLOUDFLARE_BASE_URL"), Token: getenv("CLOUDFLARE_API_TOKEN"), Zone: getenv("CLOUDFLARE_ZONE"),
		Client: &http.Client{Timeout: time.Minute},
	}
	if s.Base == "" {
		s.Base = "https://api.cloudflare.com/client/v4"
	}
	if len(args) != 1 || s.Token == "" || s.Zone == "" {
		return errors.New("give a folder, and set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ZONE")
	}
	found, err := s.Play(ctx, evidence.Step{Method: http.MethodGet, Path: "/zones?name=" + evidence.ZoneName})
	if err != nil {
		return err
	}
	var zones struct {
		Result []struct {
			ID string `json:"id"`
		} `json:"result"`
	}
	if err := json.Unmarshal(found.Answer, &zones); err != nil || len(zones.Result) != 1 {
		return fmt.Errorf("find zone %s: HTTP %d; give a token that reads it", s.Zone, found.Status)
	}
	s.ZoneID = zones.Result[0].ID
	for _, probe := range evidence.Probes() {
		if err := record(ctx, s, probe, args[0]); err != nil {
			return fmt.Errorf("probe %s: %w", probe.Name, err)
		}
	}
	return nil
}

func record(ctx context.Context, s *evidence.Service, probe evidence.Recording, folder string) error {
	probe.Day, probe.Source = time.Now().UTC().Format(time.DateOnly), "mocks/cmd/record"
	for i, step := range probe.Steps {
		played, err := s.Play(ctx, step)
		if err != nil {
			return err
		}
		if played.Answer, err = s.Scrub(played.Answer); err != nil {
			return err
		}
		probe.Steps[i] = played
	}
	text, err := json.MarshalIndent(probe, "", "  ")
	if err != nil {
		return err
	}
	//nolint:gosec // the folder is its user's choice, the name is of the program's own list
	return os.WriteFile(filepath.Join(folder, probe.Name+".json"), append(text, '\n'), 0o600)
}
