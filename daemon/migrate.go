package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Migrate implements management.Agent.
func (a *agent) Migrate(ctx context.Context, migration management.Migration) (management.Store, error) {
	target := configs.Backend(migration.Backend)
	if !slices.Contains(store.Backends(), store.Backend(target)) || target == configs.BackendAuto {
		return management.Store{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: "there is no store " + quoted(migration.Backend),
			Hint:    fmt.Sprintf("choose one of %v", store.Backends()[1:]),
		}
	}
	settings, _ := a.daemon.watcher.Current() // a bad file leaves good settings in force
	if chosen := settings.Store.Backend; chosen != configs.BackendAuto && chosen != target {
		return management.Store{}, &ipc.Error{
			Code:    ipc.BadConfig,
			Message: fmt.Sprintf("the settings ask for the store %q", chosen),
			Hint:    fmt.Sprintf("set store.backend = %q in %s first", target, a.daemon.config.ConfigFile),
		}
	}
	if err := a.daemon.vault.migrate(ctx, target, migration); err != nil {
		return management.Store{}, coded(err)
	}
	a.daemon.config.Log.Info("moved the store", "to", target)
	return a.daemon.storeState(ctx), nil
}

// ForgetStore implements management.Agent. Only a store that is gone is forgotten: the
// contexts of one that works, or is locked, would merely seem to be gone.
func (a *agent) ForgetStore(ctx context.Context) error {
	v := a.daemon.vault
	return v.alone(ctx, func() error {
		_, err := v.read(ctx)
		if err == nil {
			return &ipc.Error{
				Code:    ipc.Denied,
				Message: "the store is in use",
				Hint:    "move it with `bento-cred store migrate BACKEND`, or forget the logins with `bento-cred logout --all`",
			}
		}
		gone := errors.Is(err, store.ErrAbsent) || errors.Is(err, store.ErrUnmarked) || errors.Is(err, store.ErrInsecure)
		if !gone {
			told := ipc.AsError(coded(err))
			return &ipc.Error{Code: ipc.Denied, Message: "the store is not gone: " + told.Message, Hint: told.Hint}
		}
		v.close()
		return coded(v.state.Change(func(s *state.State) { s.Store = nil }))
	})
}

// migrate moves the store to the keychain called target and goes on with that.
func (v *vault) migrate(ctx context.Context, target configs.Backend, migration management.Migration) error {
	return v.alone(ctx, func() error {
		v.mu.Lock()
		settings := v.settings
		v.mu.Unlock()
		settings.Backend = target
		config := v.storeConfig(settings, store.Choice{})
		if !migration.Passphrase.IsZero() {
			config.Source, config.PassphraseFile = store.SourcePrompt, ""
		}
		return v.move(ctx, config, migration.Passphrase)
	})
}

// move moves the store to the keychain of config and goes on with that, for the one who is
// alone.
func (v *vault) move(ctx context.Context, config store.Config, passphrase credential.Secret) error {
	from, err := v.source(ctx)
	if err != nil {
		return err
	}
	to, left, err := from.Move(ctx, config, passphrase, v.rememberChoice)
	if err != nil {
		return err
	}
	for _, name := range left {
		v.config.Log.Warn("a context was moved and could not be removed from where it was", "context", name)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keychain, v.book = to, nil
	return nil
}

// source returns the keychain that holds the contexts now, even where the settings
// already ask for the one they are to be moved to.
func (v *vault) source(ctx context.Context) (*store.Keychain, error) {
	v.mu.Lock()
	keychain := v.keychain
	settings := v.settings
	v.mu.Unlock()
	if keychain != nil {
		return keychain, nil
	}
	remembered, err := v.remembered()
	if err != nil {
		return nil, err
	}
	settings.Backend, settings.Passphrase = configs.BackendAuto, configs.PassphraseAuto
	keychain, err = store.Open(ctx, v.storeConfig(settings, remembered))
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keychain = keychain
	return keychain, nil
}

// remembered returns the choice that the state keeps.
func (v *vault) remembered() (store.Choice, error) {
	var choice store.Choice
	saved := v.state.Get().Store
	if len(saved) == 0 {
		return choice, nil
	}
	if err := json.Unmarshal(saved, &choice); err != nil {
		return choice, fmt.Errorf("reading which store was chosen: %w", err)
	}
	return choice, nil
}

// rememberChoice keeps choice in the state.
func (v *vault) rememberChoice(choice store.Choice) error {
	text, err := json.Marshal(choice)
	if err != nil {
		return fmt.Errorf("encoding which store was chosen: %w", err)
	}
	return v.state.Change(func(s *state.State) { s.Store = text })
}
