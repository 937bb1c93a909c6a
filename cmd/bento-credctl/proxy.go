package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// proxyFlags are what can be said to proxy.
type proxyFlags struct {
	port    int
	unix    string
	header  string
	context string
	format  string
}

func (a *app) proxyCommand() *cobra.Command {
	var flags proxyFlags
	cmd := &cobra.Command{
		Use:   "proxy DEPLOYMENT|URL",
		Short: "Be a local address of a deployment, which adds the token",
		Long: `Listen at a local address and pass every request on to one deployment, or the host of
one URL, with the token that it needs. Runs until it is interrupted.

Who uses it has to send the capability that is printed, as

  Authorization: Bearer CAPABILITY

and no page of another server in a browser gets in. The capability is good for this proxy
alone, while it runs. With --header the token goes into another header, the application's
own Authorization goes on to it, and the capability is sent as Bento-Cred-Capability.
Over --unix no capability is needed: nobody else can connect.

Everything HTTP can do passes: streams at once, uploads of any size, websockets, gRPC. A
token that is renewed meanwhile is used from then on.`,
		Example: `  bento-cred proxy summarizer --port 8080
  bento-cred proxy https://llama-acme.example -o json | head -1
  bento-cred proxy summarizer --unix ~/.cache/summarizer.sock`,
		Args:              arguments(1, 1, "the name of a deployment, or a URL"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f := cmd.Flags()
	f.IntVar(&flags.port, "port", 0, "the port to listen at (default: a free one)")
	f.StringVar(&flags.unix, "unix", "", "listen at a Unix socket of that path instead")
	f.StringVar(&flags.header, "header", "", "put the token into this header, and leave Authorization alone")
	f.StringVarP(&flags.context, "context", "c", "", "the context that has the deployment")
	f.StringVarP(&flags.format, "output", "o", "", "how to write the answer: json, yaml or table")
	register(cmd, "context", a.completeContexts)
	register(cmd, "output", completeFormats())
	register(cmd, "header", cobra.NoFileCompletions)
	register(cmd, "port", cobra.NoFileCompletions)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if flags.unix != "" && cmd.Flags().Changed("port") {
			return usage(cmd, "--port and --unix exclude each other")
		}
		if flags.port < 0 || flags.port > 65535 {
			return usage(cmd, "a port is a number from 1 to 65535")
		}
		return a.proxy(cmd, args[0], flags)
	}
	return cmd
}

// served is what proxy tells of itself.
type served struct {
	URL        string `json:"url,omitempty" yaml:"url,omitempty"`
	Unix       string `json:"unix,omitempty" yaml:"unix,omitempty"`
	Upstream   string `json:"upstream" yaml:"upstream"`
	Header     string `json:"header,omitempty" yaml:"header,omitempty"` // that the capability is sent in
	Capability string `json:"capability,omitempty" yaml:"capability,omitempty"`
}

func (a *app) proxy(cmd *cobra.Command, target string, flags proxyFlags) error {
	ctx := cmd.Context()
	format, err := output.ParseFormat(flags.format)
	if err != nil {
		return usage(cmd, err.Error())
	}
	up, err := a.upstream(ctx, requestFor(verbProxy, target, a.selection(flags.context)))
	if err != nil {
		return err
	}
	p, err := proxy.New(proxy.Config{
		Upstream: up.origin, Inject: up.inject, Header: flags.header, Observe: a.observer(),
	})
	if err != nil {
		return usage(cmd, err.Error())
	}
	told := served{Upstream: up.origin}
	var listener *proxy.Listener
	if flags.unix != "" {
		told.Unix = flags.unix
		listener, err = proxy.ListenUnix(ctx, flags.unix)
	} else {
		listener, err = proxy.Listen(ctx, flags.port)
	}
	if err != nil {
		return &ipc.Error{Code: ipc.Internal, Message: err.Error(), Hint: "choose another --port or --unix"}
	}
	if flags.unix == "" {
		told.URL = fmt.Sprintf("http://127.0.0.1:%d", listener.Port())
		told.Header, told.Capability = "Authorization", "Bearer "+p.Capability().Reveal()
		if flags.header != "" {
			told.Header, told.Capability = proxy.CapabilityHeader, p.Capability().Reveal()
		}
	}
	if err := a.printer(format).Show(told, servedView(told)); err != nil {
		return err
	}
	if terminal.Is(a.err) {
		a.say("passing requests on to " + up.origin + "; Ctrl-C ends it")
	}
	a.pace()
	return p.Serve(ctx, listener)
}

func servedView(s served) output.View {
	var view output.View
	if s.Unix != "" {
		view.Add("unix", output.Cell{Text: s.Unix, Style: output.Strong})
	} else {
		view.Add("url", output.Cell{Text: s.URL, Style: output.Strong})
		view.Add("header", output.Text(s.Header+": "+s.Capability))
	}
	view.Add("upstream", output.Text(s.Upstream))
	return view
}

// verbProxy is what a proxy tells the daemon that it wants a token for.
const verbProxy = "proxy"

// requestFor returns the question for a target, which is a URL or a deployment's name, of the
// command that is called verb.
func requestFor(verb, target string, selection ipc.Selection) ipc.Request {
	request := ipc.Request{Selection: selection, Verb: verb}
	if strings.Contains(target, "://") {
		request.URL = target
	} else {
		request.Deployment = target
	}
	return request
}

// upstream is where a proxy passes requests on to.
type upstream struct {
	app     *app
	agent   management.Agent
	request ipc.Request
	origin  string
}

// upstream asks the daemon for a target, so that what cannot be is told before anybody
// waits at a local address.
func (a *app) upstream(ctx context.Context, request ipc.Request) (upstream, error) {
	agent, err := a.agent(ctx)
	if err != nil {
		return upstream{}, err
	}
	answer, err := agent.Credential(ctx, request)
	if err != nil {
		return upstream{}, err
	}
	a.warn(answer.Warnings)
	if answer.Public {
		return upstream{}, &ipc.Error{
			Code: ipc.AccessMissing, Message: answer.URL + " is public and wants no token", Hint: "use it as it is",
		}
	}
	origin := answer.URL
	if origin == "" {
		origin = answer.Endpoint
	}
	// From here on it is this origin that is asked about, whatever becomes of a name.
	if request.Access == "" {
		request.URL, request.Deployment = origin, ""
	}
	request.Context, request.Source = answer.Context, ipc.SourceFlag
	return upstream{app: a, agent: agent, request: request, origin: origin}, nil
}

// inject asks the daemon for the header of a request that is passed on.
func (u upstream) inject(ctx context.Context) (proxy.Injection, error) {
	answer, err := u.agent.Credential(ctx, u.request)
	if err != nil {
		return proxy.Injection{}, err
	}
	u.app.warn(answer.Warnings)
	return proxy.Injection{Header: answer.Header, Scheme: answer.Scheme, Value: answer.Value}, nil
}

// observer returns what shows a line for each request, to a person alone.
func (a *app) observer() func(proxy.Request) {
	if !terminal.Is(a.err) {
		return nil
	}
	return func(r proxy.Request) {
		status := "  -"
		if r.Status != 0 {
			status = fmt.Sprint(r.Status)
		}
		line := fmt.Sprintf("%s  %-6s %s  %d bytes, %s", status, r.Method, r.Path, r.Bytes, r.Duration.Round(time.Millisecond))
		if r.Err != nil {
			line += "  " + r.Err.Error()
		}
		a.tell(line)
	}
}
