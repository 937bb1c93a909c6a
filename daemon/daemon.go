// Package daemon is the background service: it holds the contexts, answers the peers
// at its socket, and speaks with the keychain and the cloud on their behalf.
//
// The package wires rooms that do not know each other (daemon/internal: the store, the
// book of contexts, the cloud's client, BentoML's file, the state) and holds what none
// of them can decide alone: which context a request means, which token it gets, and
// whether it gets one. Each peer has an Agent of its own; every secret that leaves
// passes one function, release.
package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/configs/watch"
	"github.com/bento-cred/bento-cred/daemon/internal/ancestry"
	"github.com/bento-cred/bento-cred/daemon/internal/ask"
	"github.com/bento-cred/bento-cred/daemon/internal/audit"
	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/deployments"
	"github.com/bento-cred/bento-cred/daemon/internal/grant"
	"github.com/bento-cred/bento-cred/daemon/internal/notice"
	"github.com/bento-cred/bento-cred/daemon/internal/policy"
	"github.com/bento-cred/bento-cred/daemon/internal/signin"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// Config says where a daemon finds its things. All paths are absolute.
type Config struct {
	// Version of the program; peers compare it with their own.
	Version string
	// Socket is the path of the socket.
	Socket string
	// Inherited is the socket as a service manager handed it over; nil: the daemon makes it.
	Inherited *server.Inherited
	// OnDemand makes the daemon leave when it has been idle as long as the settings
	// say: a client started it and will start another.
	OnDemand bool
	// ConfigFile is the file of the user's settings; it need not exist.
	ConfigFile string
	// StateFile is where the daemon remembers what is no secret.
	StateFile string
	// DataDir is the directory of the encrypted file store.
	DataDir string
	// PassphraseFile holds the file store's passphrase, before whatever the settings
	// say; empty: they decide.
	PassphraseFile string
	// Executable and Args start a store's worker; Environ is its environment.
	Executable string
	Args       []string
	Environ    []string
	// Bus finds the message bus that notices are shown through; nil: there is none.
	Bus func() string
	// SystemBus finds the system's bus, on which the computer's going to sleep is told; nil:
	// there is none.
	SystemBus func() string
	// Ready is called when peers can connect; nil: nobody waits for that.
	Ready func()
	// Log gets what happens, never a secret. Level is set from the settings.
	Log   *slog.Logger
	Level *slog.LevelVar
	// Now is the clock.
	Now func() time.Time
}

// Daemon is the service.
type Daemon struct {
	config  Config
	started time.Time
	state   *state.File
	watcher *watch.Watcher
	vault   *vault
	cloud   atomic.Pointer[bentocloud.Client]
	stop    context.CancelFunc // makes Run return
	life    context.Context    // that of Run: what waits for something to happen ends with it
	unread  atomic.Bool        // the settings file is not valid and never was
	idle    chan time.Duration // a new idle time

	signIns  *signIns // made by Run
	pulses   pulses
	renewals renewals
	// deployments remembers at which hosts the contexts' clouds have deployments.
	deployments deployments.Cache
	desk        *notice.Desk
	stamp       stamp

	rules atomic.Pointer[policy.Policy]
	asker atomic.Pointer[ask.Desk]
	asked configs.Ask // what asker was made with; of the one who applies settings
	ruled []configs.Rule
	// questions counts those about changes, each of which is asked anew.
	questions atomic.Uint64
	audit     *audit.Log    // opened by Run
	grants    *grant.Ledger // opened by Run
	family    ancestry.Family
	lookout   lookout
	lastUse   atomic.Int64 // when somebody last got what they asked for, in nanoseconds of the wall clock
	locking   atomic.Bool  // Run returns ErrLocked

	nudged chan struct{} // holds a word when the next round is to begin at once
}

// New returns a Daemon. It reads the settings and the state, and asks no keychain yet.
func New(config Config) (*Daemon, error) {
	file, err := state.Open(config.StateFile)
	if err != nil {
		return nil, err
	}
	d := &Daemon{
		config:      config,
		started:     config.Now(),
		state:       file,
		stop:        func() {},
		idle:        make(chan time.Duration, 1),
		nudged:      make(chan struct{}, 1),
		deployments: deployments.Cache{Now: config.Now},
		lookout:     lookout{changed: make(chan struct{}, 1)},
		desk:        notice.New(notice.Config{Address: config.Bus, Log: config.Log}),
	}
	d.watcher = watch.New(watch.Config{Path: config.ConfigFile, Log: config.Log, OnChange: d.reconfigure})
	settings, bad := d.watcher.Current()
	if bad != nil {
		config.Log.Warn("the settings file is not valid; the defaults are in force", "error", bad)
	}
	d.unread.Store(bad != nil)
	d.vault = &vault{
		config: config, state: file, opening: make(chan struct{}, 1), settings: settings.Store,
		unsettled: d.unsettled, locked: d.locked,
	}
	d.used(config.Now())
	file.OnChange(d.restamp)
	d.apply(settings)
	return d, nil
}

// Run listens and serves until ctx ends, a peer asks for it, or the daemon is idle. All
// that time it is the only daemon of its data directory.
func (d *Daemon) Run(ctx context.Context) error {
	release, err := d.own(ctx)
	if err != nil {
		return err
	}
	defer release()
	listener, err := d.listen()
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d.life = ctx
	d.stop = func() {
		listener.Leave(d.config.Log) // before anybody is told that we leave
		stop()
	}
	d.signIns = signin.NewDesk[management.LoggedIn](ctx, d.config.Now)
	front := server.New(server.Config{
		Agent:   d.greet,
		Version: d.config.Version,
		Log:     d.config.Log,
	})
	d.begin(ctx, listener, front)
	if d.config.Ready != nil {
		d.config.Ready()
	}
	d.config.Log.Info("serving", "version", d.config.Version, "socket", d.config.Socket)
	err = front.Serve(ctx, listener)
	d.config.Log.Info("leaving")
	d.asker.Load().Close()
	d.family.Close()
	d.vault.shut()
	if err == nil && d.locking.Load() {
		return ErrLocked
	}
	return err
}

// own makes the data this daemon's alone, and opens what is kept there but the store. The
// function that it returns gives them back.
func (d *Daemon) own(ctx context.Context) (release func(), err error) {
	lock, err := claim(ctx, d.config.DataDir, d.config.Socket, d.config.Inherited != nil)
	if err != nil {
		return nil, err
	}
	giveBack := func() {
		if lock != nil {
			_ = lock.Close() // it holds nothing that could be lost
		}
	}
	if lock != nil {
		if err := sign(lock, d.config.Socket); err != nil {
			d.config.Log.Warn("others will not be told which daemon uses the data", "error", err)
		}
	}
	if err = d.state.Reload(); err == nil { // the daemon that left meanwhile may have written it
		err = d.openRecords()
	}
	if err != nil {
		giveBack()
		return nil, err
	}
	return func() {
		d.closeRecords()
		giveBack()
	}, nil
}

// begin starts what goes on beside the answering of peers, until ctx ends.
func (d *Daemon) begin(ctx context.Context, listener *server.Listener, front *server.Server) {
	go d.watcher.Run(ctx)
	go d.leaveWhenIdle(ctx, front)
	go d.leaveWhenUnreachable(ctx, listener)
	go d.watchAway(ctx)
	// The keychain takes longer to open than a peer takes to ask; begin at once.
	go func() {
		if _, err := d.vault.open(ctx); err != nil {
			d.config.Log.Info("the store is not ready", "error", err)
		}
		d.watch(ctx)
	}()
}

// whileServing returns ctx, which ends with the serving, too: who waits for a person, or for
// something to happen, is not what keeps a daemon from leaving.
func (d *Daemon) whileServing(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(d.life, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// listen returns the listener at the daemon's socket.
func (d *Daemon) listen() (*server.Listener, error) {
	if d.config.Inherited != nil {
		return d.config.Inherited.Listen()
	}
	return server.Listen(d.config.Socket)
}

// reconfigure puts changed settings in force.
func (d *Daemon) reconfigure(settings configs.Config, bad error) {
	if bad != nil {
		return // what was in force stays so; status shows the error
	}
	d.unread.Store(false)
	d.apply(settings)
	d.vault.reconfigure(settings.Store)
	d.nudge()
	select {
	case <-d.idle: // a time nobody took yet
	default:
	}
	d.idle <- idleExit(settings)
}

// unsettled returns what is wrong with the settings file while none was ever valid. Then
// nothing is decided for good on defaults the user may have meant to change: where a
// token is sent, and which keychain is chosen.
func (d *Daemon) unsettled() error {
	if !d.unread.Load() {
		return nil
	}
	_, bad := d.watcher.Current()
	return bad
}

func (d *Daemon) apply(settings configs.Config) {
	d.config.Level.Set(settings.Daemon.LogLevel)
	d.rules.Store(policyOf(settings.Rules))
	d.reask(settings.Ask, settings.Rules)
	d.lookout.set(settings.Lock)
	before := d.cloud.Swap(bentocloud.New(bentocloud.Config{
		Timeout:   settings.Login.Timeout,
		Now:       d.config.Now,
		UserAgent: "bento-cred/" + d.config.Version,
	}))
	if before != nil {
		before.Close()
	}
}
