package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Status implements management.Agent. A store that is locked or broken is part of the
// answer and no error.
func (a *agent) Status(ctx context.Context) (management.Status, error) {
	d := a.daemon
	status := management.Status{
		Daemon: management.Daemon{
			Version: d.config.Version,
			PID:     os.Getpid(),
			Mode:    "service",
			Socket:  d.config.Socket,
			Started: d.started.UTC().Truncate(time.Second),
		},
		Config:   d.configState(),
		Store:    d.storeState(ctx),
		Contexts: []management.Context{},
	}
	settings, _ := d.watcher.Current() // its error is in configState
	if d.config.OnDemand {
		status.Daemon.Mode = "on-demand"
		status.Daemon.IdleExit = settings.Daemon.IdleExit.String()
	}
	if b := d.vault.opened(); b != nil {
		status.Current = d.current(b)
		for _, c := range b.All() {
			status.Contexts = append(status.Contexts, d.describe(c))
		}
	}
	return status, nil
}

// storeState tells of the store, after trying to open it.
func (d *Daemon) storeState(ctx context.Context) management.Store {
	report, openErr := d.vault.report(ctx)
	shown := management.Store{
		Backend: string(report.Backend),
		New:     report.Choice == store.Choice{},
		State:   string(report.State),
		Reason:  report.Problem,
		Why:     report.Why,
		Protect: report.Protection,
		Path:    report.Dir,
		Key:     string(report.Source),
	}
	if openErr != nil && shown.Reason == "" {
		shown.Reason = openErr.Error()
		shown.State = string(store.Broken)
	}
	for _, refused := range report.Refused {
		shown.Refused = append(shown.Refused, management.Refusal{Backend: string(refused.Backend), Reason: refused.Reason})
	}
	for _, lacked := range store.Lacks() {
		shown.Lacks = append(shown.Lacks, management.Refusal{Backend: string(lacked.Backend), Reason: lacked.Reason})
	}
	if b := d.vault.opened(); b != nil && len(b.Damaged()) > 0 {
		shown.Reason = "kept and not readable: " + strings.Join(b.Damaged(), ", ")
	}
	return shown
}

// configState tells of the settings file in use.
func (d *Daemon) configState() management.ConfigState {
	_, bad := d.watcher.Current()
	return configState(d.config.ConfigFile, bad)
}

// CheckConfig implements management.Agent.
func (a *agent) CheckConfig(_ context.Context, path string) (management.ConfigState, error) {
	if path == "" {
		path = a.daemon.config.ConfigFile
	}
	path, err := absolute(path)
	if err != nil {
		return management.ConfigState{}, err
	}
	_, bad := configs.Load(path)
	return configState(path, bad), nil
}

func configState(path string, bad error) management.ConfigState {
	_, err := os.Stat(path)
	shown := management.ConfigState{Path: path, Exists: !errors.Is(err, fs.ErrNotExist)}
	if bad == nil {
		return shown
	}
	shown.Error = bad.Error()
	var file *configs.Error
	if errors.As(bad, &file) {
		shown.Detail = file.Detail()
	}
	return shown
}
