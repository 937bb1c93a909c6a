package worker

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName       = "org.freedesktop.secrets"
	secretsPath       = "/org/freedesktop/secrets"
	collectionsPrefix = secretsPath + "/collection/"
	noPath            = "/" // how the Secret Service writes "none"

	secretsInterface    = "org.freedesktop.Secret.Service."
	collectionInterface = "org.freedesktop.Secret.Collection."
	itemInterface       = "org.freedesktop.Secret.Item."
	promptInterface     = "org.freedesktop.Secret.Prompt"
)

// defaultCollection is the collection that is unlocked with the session, and so the one
// that never needs a prompt where nobody could answer it.
const defaultCollection = "login"

// secretService guards the Secret Service: GNOME Keyring, KeePassXC and others. The
// library would make a collection that is not there, which prompts; unlock one that is
// locked, which prompts; take a dismissed prompt for success; and list a locked
// collection as an empty one. So it is only let near one that is there and unlocked.
type secretService struct {
	noGuard
	bus    bus
	wanted string // the collection asked for, "" for the usual one
	prefix string // what our items' labels begin with
	chosen string // the collection found by check
}

func newSecretService(s Settings) guard {
	return &secretService{wanted: s.Collection, prefix: s.Service + "/"}
}

func (g *secretService) collection() string { return g.chosen }

func (g *secretService) object(path dbus.ObjectPath) dbus.BusObject {
	return g.bus.conn.Object(secretsName, path)
}

// check finds the collection and asks whether it is locked.
func (g *secretService) check() error {
	path, err := g.find()
	if err != nil {
		return err
	}
	locked, err := g.locked(path, collectionInterface)
	if err != nil {
		return err
	}
	if locked {
		return faultf(Locked, "the collection %q is locked", g.chosen)
	}
	return nil
}

// find returns the path of the collection: the one asked for, else "login", else the
// one the service calls its default, as KeePassXC's is named after its file.
func (g *secretService) find() (dbus.ObjectPath, error) {
	if err := g.bus.connect(); err != nil {
		return "", err
	}
	value, err := g.object(secretsPath).GetProperty(secretsInterface + "Collections")
	if err != nil {
		return "", busError(err)
	}
	paths, _ := value.Value().([]dbus.ObjectPath)
	wanted := g.wanted
	if wanted == "" {
		wanted = defaultCollection
	}
	for _, path := range paths {
		if collectionName(path) == wanted {
			g.chosen = wanted
			return path, nil
		}
	}
	if g.wanted != "" {
		return "", faultf(Absent, "the Secret Service has no collection %q", wanted)
	}
	path := dbus.ObjectPath(noPath)
	if err := g.object(secretsPath).Call(secretsInterface+"ReadAlias", 0, "default").Store(&path); err != nil {
		return "", busError(err)
	}
	if !slices.Contains(paths, path) {
		return "", faultf(Absent, "the Secret Service has no collection %q and no default one", wanted)
	}
	g.chosen = collectionName(path)
	return path, nil
}

// collectionName returns the name in a collection's path, where characters that no path
// may hold stand as an underscore and two hexadecimal digits.
func collectionName(path dbus.ObjectPath) string {
	encoded := strings.TrimPrefix(string(path), collectionsPrefix)
	var b strings.Builder
	for n := 0; n < len(encoded); n++ {
		if encoded[n] == '_' && n+2 < len(encoded) {
			if decoded, err := hex.DecodeString(encoded[n+1 : n+3]); err == nil {
				b.Write(decoded)
				n += 2
				continue
			}
		}
		b.WriteByte(encoded[n])
	}
	return b.String()
}

// locked reads the property of a collection or an item.
func (g *secretService) locked(path dbus.ObjectPath, of string) (bool, error) {
	value, err := g.object(path).GetProperty(of + "Locked")
	if err != nil {
		return false, busError(err)
	}
	locked, known := value.Value().(bool)
	return locked || !known, nil
}

// before asks whether one item is there, and locked by itself: KeePassXC can ask its
// owner about each.
func (g *secretService) before(key string) error {
	path, err := g.find()
	if err != nil {
		return err
	}
	var found []dbus.ObjectPath
	attributes := map[string]string{"profile": g.prefix + key} // the library's attribute
	err = g.object(path).Call(collectionInterface+"SearchItems", 0, attributes).Store(&found)
	if err != nil {
		return busError(err)
	}
	if len(found) == 0 {
		return &CallError{NotFound, "no such item"}
	}
	locked, err := g.locked(found[0], itemInterface)
	if err != nil {
		return err
	}
	if locked {
		return &CallError{Locked, "the Secret Service wants to be asked about this item"}
	}
	return nil
}

// unlock has the service ask for the collection, and for those of our items that are
// locked by themselves.
func (g *secretService) unlock(_ *session, _ string) error {
	path, err := g.find()
	if err != nil {
		return err
	}
	if err := g.unlockOne(path, collectionInterface); err != nil {
		return err
	}
	value, err := g.object(path).GetProperty(collectionInterface + "Items")
	if err != nil {
		return busError(err)
	}
	items, _ := value.Value().([]dbus.ObjectPath)
	for _, item := range items {
		label, err := g.object(item).GetProperty(itemInterface + "Label")
		if err != nil {
			continue // it may be gone by now
		}
		if name, _ := label.Value().(string); strings.HasPrefix(name, g.prefix) {
			if err := g.unlockOne(item, itemInterface); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlockOne has the service unlock one object, if it is locked, and waits for the
// person who is asked.
func (g *secretService) unlockOne(path dbus.ObjectPath, of string) error {
	locked, err := g.locked(path, of)
	if err != nil || !locked {
		return err
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	call := g.object(secretsPath).Call(secretsInterface+"Unlock", 0, []dbus.ObjectPath{path})
	if err := call.Store(&unlocked, &prompt); err != nil {
		return busError(err)
	}
	if prompt != noPath {
		if err := g.prompt(prompt); err != nil {
			return err
		}
	}
	if locked, err = g.locked(path, of); err != nil || !locked {
		return err
	}
	return &CallError{Denied, "it is still locked after the prompt"}
}

// prompt shows a prompt and waits until it was answered, or whoever shows it is gone.
// The match rules come first: without one, a service that broadcasts the answer is
// never heard.
func (g *secretService) prompt(path dbus.ObjectPath) error {
	conn := g.bus.conn
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	completed := []dbus.MatchOption{
		dbus.WithMatchInterface(promptInterface), dbus.WithMatchMember("Completed"),
		dbus.WithMatchObjectPath(path),
	}
	gone := []dbus.MatchOption{
		dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"),
		dbus.WithMatchArg(0, secretsName),
	}
	for _, rule := range [][]dbus.MatchOption{completed, gone} {
		if err := conn.AddMatchSignal(rule...); err != nil {
			return busError(err)
		}
	}
	if err := g.object(path).Call(promptInterface+".Prompt", 0, "").Err; err != nil {
		return busError(err)
	}
	for signal := range signals {
		switch {
		case signal.Name == "org.freedesktop.DBus.NameOwnerChanged":
			return &CallError{Lost, "the Secret Service went away while it was asking"}
		case signal.Path != path || len(signal.Body) == 0:
		case signal.Body[0] == true:
			return &CallError{Denied, "the prompt was dismissed, or could not be shown"}
		default:
			return nil
		}
	}
	return &CallError{Lost, "the D-Bus session bus went away while the Secret Service was asking"}
}
