// Package lints has one mistake of each kind.
package lints

import (
	"context"
	"fmt"
	"net/http"
)

// Status leaves the body of an answer open.
func Status(ctx context.Context, client *http.Client) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1", http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("making a request: %w", err)
	}
	response, err := client.Do(request) // want bodyclose: response body must be closed
	if err != nil {
		return 0, fmt.Errorf("sending a request: %w", err)
	}
	return response.StatusCode, nil
}
