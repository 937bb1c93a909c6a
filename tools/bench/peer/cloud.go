package peer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
)

// vaultModule is aws-vault as Go's module proxy has it.
const (
	vaultModule  = "github.com/99designs/aws-vault/v7"
	vaultVersion = "v7.2.0"
)

// awsVault sets up aws-vault with its encrypted files.
func awsVault(ctx context.Context, h *Home) ([]measure.Case, error) {
	program, err := exec.LookPath("aws-vault")
	if err != nil {
		if program, err = buildVault(ctx, h.Cache); err != nil {
			return nil, err
		}
	}
	env := h.environ(
		"AWS_VAULT_BACKEND=file", "AWS_VAULT_FILE_PASSPHRASE=made-up-passphrase",
		"AWS_ACCESS_KEY_ID=MADEUPKEY", "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION=us-east-1",
	)
	add := measure.Command{Args: []string{program, "add", "--env", "made-up"}, Env: env, Dir: h.Dir}
	if _, err := add.Check(ctx); err != nil {
		return nil, err
	}
	get := measure.Command{
		Args: []string{program, "export", "--no-session", "made-up"}, Dir: h.Dir,
		Env: h.environ("AWS_VAULT_BACKEND=file", "AWS_VAULT_FILE_PASSPHRASE=made-up-passphrase"),
	}
	export, err := ready(ctx, AWSVault, 2, get, secret)
	return []measure.Case{export}, err
}

// buildVault builds aws-vault into cache, unless it is there, and returns its path. It is
// required by a module made for that: `go install` wants to list the module's versions too,
// which not every proxy does.
func buildVault(ctx context.Context, cache string) (string, error) {
	program := filepath.Join(cache, "aws-vault-"+vaultVersion)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	dir := filepath.Join(cache, "aws-vault")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	text := "module vault\n\ngo 1.26.0\n\nrequire " + vaultModule + " " + vaultVersion + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=mod", "-trimpath", "-ldflags", "-s -w", "-o", program, vaultModule)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("it is not on PATH, and could not be built: %w: %.300s", err, out)
	}
	return program, nil
}

// bentoML sets up BentoML's own context file. It takes a second each time, so it is run a
// few times only.
func bentoML(ctx context.Context, h *Home) ([]measure.Case, error) {
	program, err := findBentoML()
	if err != nil {
		return nil, err
	}
	text := "contexts:\n- name: default\n  endpoint: https://made-up.example\n  api_token: " + secret +
		"\n  email: ada@made-up.example\ncurrent_context_name: default\n"
	if _, err := h.write("bentoml/.yatai.yaml", text); err != nil {
		return nil, err
	}
	show := measure.Command{
		Args: []string{program, "cloud", "current-context"}, Dir: h.Dir,
		Env: h.environ("BENTOML_HOME="+filepath.Join(h.Dir, "bentoml"), "BENTOML_DO_NOT_TRACK=True"),
	}
	one, err := ready(ctx, BentoML, 50, show, "made-up.example")
	return []measure.Case{one}, err
}

// findBentoML looks on PATH, and where CI has installed it.
func findBentoML() (string, error) {
	if program, err := exec.LookPath("bentoml"); err == nil {
		return program, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", errors.New("bentoml is not on PATH")
	}
	program := filepath.Join(cache, "bento-cred-ci", "python", "bin", "bentoml")
	if _, err := os.Stat(program); err != nil {
		return "", errors.New("bentoml is neither on PATH nor where CI installs it")
	}
	return program, nil
}
