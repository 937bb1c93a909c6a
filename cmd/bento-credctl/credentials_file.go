package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// freshTime is how often the daemon is asked whether the token is still the same.
const freshTime = 10 * time.Second

func (a *app) credentialsFileCommand() *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use:   "credentials-file PATH",
		Short: "Keep a file with the token fresh, for tools that read one",
		Long: `Write the value of a token into a file and keep it fresh, for tools that read one again
and again, as Prometheus does with credentials_file. The file has mode 0600, is replaced
in one step, and is removed when this command ends, which it does when it is interrupted.

A file with a token in clear is what bento-cred is there to avoid: use it where a tool can
read nothing else.`,
		Example: `  bento-cred credentials-file /run/user/1000/prometheus-token --for https://prometheus.acme.example
  bento-cred credentials-file token --deployment summarizer --once`,
		Args: arguments(1, 1, "the path of a file"),
	}
	a.hotFlags(cmd)
	a.forFlag(cmd)
	cmd.Flags().BoolVar(&once, "once", false, "write the file once, and leave it there")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		request, err := a.requestOf(cmd)
		if err != nil {
			return err
		}
		file, err := newCredentialsFile(args[0])
		if err != nil {
			return err
		}
		if once {
			return a.refresh(cmd.Context(), file, request)
		}
		return a.keepFresh(cmd.Context(), file, request)
	}
	return cmd
}

// requestOf returns the question that the flags of cmd ask.
func (a *app) requestOf(cmd *cobra.Command) (ipc.Request, error) {
	texts := make(map[string]string)
	asked := 0
	for _, name := range []string{"context", "access", "for", "deployment"} {
		text, err := cmd.Flags().GetString(name)
		if err != nil {
			return ipc.Request{}, err
		}
		texts[name] = text
		if text != "" && name != "context" {
			asked++
		}
	}
	if asked > 1 {
		return ipc.Request{}, usage(cmd, "--access, --for and --deployment exclude each other")
	}
	return ipc.Request{
		Verb: cmd.Name(), Selection: a.selection(texts["context"]), Access: texts["access"], URL: texts["for"], Deployment: texts["deployment"],
	}, nil
}

// keepFresh writes the file now and whenever the token is another one, until ctx ends.
// While there is no token the file stays away: an old one would be refused anyway.
func (a *app) keepFresh(ctx context.Context, file *credentialsFile, request ipc.Request) error {
	if err := a.refresh(ctx, file, request); err != nil {
		return err
	}
	defer file.remove()
	a.say("keeping " + file.path + " fresh; Ctrl-C removes it")
	ticker := time.NewTicker(freshTime)
	defer ticker.Stop()
	trouble := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := a.refresh(ctx, file, request)
		if err == nil || ctx.Err() != nil {
			trouble = ""
			continue
		}
		if err.Error() != trouble {
			trouble = err.Error()
			a.say(trouble)
		}
		if code := ipc.AsError(err).Code; code == ipc.LoginRequired || code == ipc.NotFound || code == ipc.NoContext {
			file.remove()
		}
	}
}

// refresh writes the file if the token is another one than it has.
func (a *app) refresh(ctx context.Context, file *credentialsFile, request ipc.Request) error {
	agent, err := a.agent(ctx)
	if err != nil {
		return err
	}
	answer, err := agent.Credential(ctx, request)
	if err != nil {
		return err
	}
	a.warn(answer.Warnings)
	if answer.Public {
		return &ipc.Error{Code: ipc.AccessMissing, Message: answer.URL + " is public and wants no token", Hint: "use it without one"}
	}
	return file.write(answer.Value)
}

// credentialsFile is a file with a token in it.
type credentialsFile struct {
	path    string
	written credential.Secret // what it has; zero for nothing
}

// newCredentialsFile refuses what is there and is no file: a link would lead the token
// somewhere else, a device would take it nowhere.
func newCredentialsFile(path string) (*credentialsFile, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, &ipc.Error{Code: ipc.Internal, Message: "finding the file: " + err.Error(), Hint: "give an absolute path"}
	}
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &ipc.Error{Code: ipc.Usage, Message: quoted(path) + " is there and is no regular file", Hint: "give another path"}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &ipc.Error{Code: ipc.Usage, Message: "looking at the file: " + err.Error(), Hint: "give another path"}
	}
	return &credentialsFile{path: path}, nil
}

// write replaces the file in one step, if it has another value: who reads it sees the old
// one or the new one.
func (f *credentialsFile) write(value credential.Secret) error {
	if f.written.Reveal() == value.Reveal() {
		return nil
	}
	failed := func(err error) error {
		return &ipc.Error{Code: ipc.Internal, Message: fmt.Sprintf("writing %s: %v", quoted(f.path), err), Hint: "look at its directory"}
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.path), ".bento-cred-*") // of mode 0600
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // it has another name where all went well
	_, err = temporary.WriteString(value.Reveal())
	if err = errors.Join(err, temporary.Close()); err != nil {
		return failed(err)
	}
	if err := os.Rename(temporary.Name(), f.path); err != nil {
		return failed(err)
	}
	f.written = value
	return nil
}

// remove takes the file away.
func (f *credentialsFile) remove() {
	_ = os.Remove(f.path) // it may be gone
	f.written = credential.Secret{}
}
