package daemon

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/deployments"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
)

// sourceURL is why a context was chosen whose host a URL has.
const sourceURL = "url"

// credentialFor is Credential for a URL or a deployment: the one question in which a
// program says where the secret is going. It gets what is needed there, or nothing.
func (a *agent) credentialFor(ctx context.Context, request ipc.Request) (ipc.Credential, error) {
	if request.Access != "" || (request.URL != "" && request.Deployment != "") {
		return ipc.Credential{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: "an access, a URL and a deployment exclude each other",
			Hint:    "ask for one of them",
		}
	}
	if request.URL == "" {
		return a.credentialForDeployment(ctx, request)
	}
	origin, err := endpoint.Origin(request.URL)
	if err != nil {
		return ipc.Credential{}, coded(err)
	}
	place, err := a.locate(ctx, request.Selection, origin, true)
	if err == nil && place.Host.Bound && place.Host.Deployment == "" {
		if _, missing := place.Context.Choose(place.Need(), a.daemon.config.Now()); missing != nil {
			// There may be one for the deployment that it is, which is worth waiting for.
			place, err = a.locate(ctx, request.Selection, origin, false)
		}
	}
	if err != nil {
		return ipc.Credential{}, err
	}
	return a.releaseAt(ctx, verbOf(request.Verb), place, origin, choice{context: place.Context, source: sourceURL})
}

// releaseAt hands over what a place needs.
func (a *agent) releaseAt(ctx context.Context, verb string, place credential.Place, origin string, chosen choice) (ipc.Credential, error) {
	if place.Host.Public && !place.Host.Bound {
		return ipc.Credential{
			Context: chosen.context.Name, Source: chosen.source, Endpoint: chosen.context.Endpoint, URL: origin, Public: true,
		}, nil
	}
	need := place.Need()
	token, err := place.Context.Choose(need, a.daemon.config.Now())
	if err != nil {
		return ipc.Credential{}, noToken(err, place.Context, need)
	}
	answer, err := a.release(ctx, act{verb: verb, host: hostOfEndpoint(origin)}, chosen, need, token)
	answer.URL = origin
	return answer, err
}

// locate returns whose an origin is. What a person bound and the contexts' endpoints are
// known here; where that does not do, the clouds are asked for their deployments: in a hurry not
// for long, if they could only make the answer more exact.
func (a *agent) locate(ctx context.Context, selection ipc.Selection, origin string, hurry bool) (credential.Place, error) {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return credential.Place{}, coded(err)
	}
	named, preferred := a.wish(selection)
	if named == "" && preferred == "" {
		preferred = a.daemon.current(b)
	}
	if _, found := b.Get(named); named != "" && !found {
		return credential.Place{}, notFound(named, selection.Source)
	}
	owners := a.judged(b.Owners(origin))
	place, err := credential.Find(owners, origin, named, preferred)
	// A binding without a deployment is made more exact by what the cloud says.
	exact := err == nil && (place.Management || place.Host.Deployment != "")
	if exact || errors.Is(err, credential.ErrAmbiguous) {
		return place, a.notLocated(err, origin, named, nil)
	}
	asked := a.whoseClouds(b, owners, named, preferred)
	known, trouble := a.daemon.learn(ctx, asked, owners, origin, hurry && err == nil)
	learned, err := credential.Find(known, origin, named, preferred)
	if err != nil && place.Context.Name != "" {
		return place, nil
	}
	return learned, a.notLocated(err, origin, named, trouble)
}

// judged returns contexts with what the daemon knows of their tokens beside the store.
func (a *agent) judged(contexts []credential.Context) []credential.Context {
	for i, c := range contexts {
		contexts[i] = a.daemon.pulses.judged(c)
	}
	return contexts
}

// whoseClouds returns the contexts whose clouds may change whose an origin is. Where it has
// owners already, those are they and the one that goes first: any other would only be one
// owner more among whom nobody goes first. Where a context is named, it is the only one.
func (a *agent) whoseClouds(b *book.Book, owners []credential.Context, named, preferred string) []credential.Context {
	if named != "" {
		preferred, owners = named, owning(owners, named)
	}
	if len(owners) == 0 && named == "" {
		return a.judged(b.All())
	}
	if first, found := b.Get(preferred); found && len(owning(owners, preferred)) == 0 {
		owners = append(slices.Clip(owners), a.daemon.pulses.judged(first))
	}
	return owners
}

// owning returns, of owners, the one with a name.
func owning(owners []credential.Context, name string) []credential.Context {
	at := slices.IndexFunc(owners, func(c credential.Context) bool { return c.Name == name })
	if at < 0 {
		return nil
	}
	return owners[at : at+1 : at+1]
}

// wish returns the context that a person named for this one request, which has to be the
// host's, or the one that goes first: that of the environment or the directory.
func (a *agent) wish(selection ipc.Selection) (named, preferred string) {
	switch {
	case selection.Context == "":
		preferred, _, _ = a.daemon.byDirectory(selection.Directory)
		return "", preferred
	case selection.Source == ipc.SourceVariable, selection.Source == ipc.SourceBentoML:
		return "", selection.Context
	default:
		return selection.Context, ""
	}
}

// learn returns owners with the deployments that answer at an origin among their hosts, as the
// clouds of the contexts that are asked have them, and the last error of a cloud that could not
// be asked.
func (d *Daemon) learn(ctx context.Context, asked, owners []credential.Context, origin string, hurry bool) ([]credential.Context, error) {
	known := slices.Clone(owners)
	var trouble error
	for i, got := range d.askClouds(ctx, asked, origin, hurry) {
		c := asked[i]
		// A context that has no token to ask with has no deployments that are known.
		if got.err != nil && !errors.Is(got.err, ipc.AccessMissing) && !errors.Is(got.err, ipc.LoginRequired) {
			trouble = got.err
		}
		if !got.ok || isEndpoint(owners, origin) {
			continue
		}
		host := hostOf(got.found, origin)
		if at := slices.IndexFunc(known, func(k credential.Context) bool { return k.Name == c.Name }); at >= 0 {
			known[at].Hosts = append(slices.Clip(known[at].Hosts), host)
			continue
		}
		c.Hosts = []credential.Host{host}
		known = append(known, c)
	}
	return known, trouble
}

// hurryTime is how long a cloud is waited for that can only make an answer more exact.
const hurryTime = time.Second

// reply is what a cloud said when it was asked for a deployment.
type reply struct {
	found deployments.Deployment
	ok    bool
	err   error
}

// askClouds asks the clouds of contexts for the deployment at an origin, all at the same time:
// but first those whose answer is remembered, which takes no waiting. In a hurry, what is
// remembered does longer, and a cloud that is slow goes on answering for the next who ask.
func (d *Daemon) askClouds(ctx context.Context, contexts []credential.Context, origin string, hurry bool) []reply {
	if hurry {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, hurryTime)
		defer cancel()
	}
	wanted := func(each deployments.Deployment) bool { return slices.Contains(each.Origins, origin) }
	replies := make([]reply, len(contexts))
	var all sync.WaitGroup
	for i, c := range contexts {
		if _, err := c.Choose(developer, d.config.Now()); err != nil {
			replies[i] = reply{err: noToken(err, c, developer)}
			continue
		}
		if memory := d.deployments.Remembered(keyOfLogin(c), wanted); memory.Fresh || hurry && memory.Recent {
			replies[i] = reply{found: memory.Deployment, ok: memory.Found}
			continue
		}
		all.Go(func() {
			found, ok, err := d.findDeployment(ctx, c, wanted, likely(origin))
			replies[i] = reply{found, ok, err}
		})
	}
	all.Wait()
	return replies
}

// isEndpoint reports whether an origin is a context's endpoint. No cloud may say that it
// is a deployment of its own.
func isEndpoint(contexts []credential.Context, origin string) bool {
	return slices.ContainsFunc(contexts, func(c credential.Context) bool { return c.Endpoint == origin })
}

func hostOf(d deployments.Deployment, origin string) credential.Host {
	return credential.Host{Origin: origin, Deployment: d.Name, Public: d.Public}
}

// likely returns the function that tells which deployment an origin looks like: hosts
// often begin with the deployment's name. It decides nothing but who is asked for first.
func likely(origin string) func(deployments.Deployment) bool {
	_, host, _ := strings.Cut(origin, "://")
	return func(d deployments.Deployment) bool { return strings.HasPrefix(host, strings.ToLower(d.Name)) }
}

// notLocated says why an origin is nobody's.
func (a *agent) notLocated(err error, origin, named string, trouble error) error {
	bind := "if it is one of yours, bind it: bento-cred host add " + origin
	switch {
	case err == nil:
		return nil
	case errors.Is(err, credential.ErrAmbiguous):
		return &ipc.Error{
			Code:    ipc.UnknownHost,
			Message: "several contexts own " + origin + ", and none of them is the current one",
			Hint:    "say which with --context; `bento-cred host list` shows them",
		}
	case trouble != nil:
		told := *ipc.AsError(coded(trouble))
		told.Message = "no context is known to own " + origin + ", and not every cloud could be asked: " + told.Message
		return &told
	case errors.Is(err, credential.ErrNotOwner):
		return &ipc.Error{
			Code:    ipc.UnknownHost,
			Message: "context " + quoted(named) + " does not own " + origin + "; nothing is given",
			Hint:    "leave --context out, or " + strings.Replace(bind, "host add", "host add --context "+named, 1),
		}
	default:
		return &ipc.Error{Code: ipc.UnknownHost, Message: "no context owns " + origin + "; nothing is given", Hint: bind}
	}
}

// Refused implements ipc.Agent: what was refused elsewhere may have been revoked. A value
// that is not kept says nothing.
func (a *agent) Refused(ctx context.Context, value credential.Secret) error {
	d := a.daemon
	b, err := d.vault.open(ctx)
	if err != nil {
		return coded(err)
	}
	for _, c := range b.All() {
		for _, t := range c.Tokens {
			if t.Value.Reveal() == value.Reveal() {
				d.config.Log.Info("a token was refused elsewhere", "pid", a.peer.PID, "context", c.Name, "token", t.UID)
				d.pulses.hurry(c.Name, t)
				d.nudge()
			}
		}
	}
	return nil
}
