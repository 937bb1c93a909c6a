package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// clientName is the name under which this program is the client in the story: one that
// knows nothing of bento-cred, only the variables that BentoML's tools read.
const clientName = "client"

var errUsage = errors.New("usage: client deployments | client call URL")

// client makes one request with the token of the environment.
func client(ctx context.Context, args []string, stdout io.Writer) error {
	key := os.Getenv("BENTO_CLOUD_API_KEY")
	switch {
	case len(args) == 1 && args[0] == "deployments":
		var list struct {
			Items []struct {
				Name   string `json:"name"`
				Status string `json:"status"`
			} `json:"items"`
		}
		address := os.Getenv("BENTO_CLOUD_API_ENDPOINT") + "/api/v2/deployments"
		if err := get(ctx, address, "X-YATAI-API-TOKEN", key, &list); err != nil {
			return err
		}
		for _, d := range list.Items {
			if _, err := fmt.Fprintln(stdout, "deployment", d.Name, "is", d.Status); err != nil {
				return err
			}
		}
		return nil
	case len(args) == 2 && args[0] == "call":
		var greeting map[string]string
		if err := get(ctx, args[1], "Authorization", "Bearer "+key, &greeting); err != nil {
			return err
		}
		_, err := fmt.Fprintf(stdout, "the deployment %s says hello to %s\n", greeting["deployment"], greeting["hello"])
		return err
	}
	return errUsage
}

// get reads a JSON document.
func get(ctx context.Context, address, header, value string, document any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil) //nolint:gosec // The address is the story's own.
	if err != nil {
		return err
	}
	req.Header.Set(header, value)
	reply, err := http.DefaultClient.Do(req) //nolint:gosec // As above.
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }() // it was only read from
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("calling %s: %s", address, reply.Status)
	}
	return json.NewDecoder(reply.Body).Decode(document)
}
