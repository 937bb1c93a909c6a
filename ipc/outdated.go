package ipc

import (
	"context"

	"github.com/bento-cred/bento-cred/internal/version"
)

// outdated reports whether reply comes from a daemon older than this program.
func (c *Client) outdated(reply Message) bool {
	return !c.replaced && version.Older(reply.Get("server"), c.config.Version)
}

// nameOutdated tells the person when the daemon that came in the place of an older one is
// older than this program, too: then a service manager runs another program than ours.
func (c *Client) nameOutdated(reply Message) {
	if c.config.Notice == nil || !version.Older(reply.Get("server"), c.config.Version) {
		return
	}
	c.config.Notice("the daemon is version " + reply.Get("server") + ", older than this program (" + c.config.Version +
		"), and so is the one that the service starts; run `bento-cred service install`")
}

// replace puts a new daemon in the place of one that is too old, and reports whether
// the request should be sent again. A daemon that we may not replace goes on
// serving, and the person is told how to restart it.
func (c *Client) replace(ctx context.Context, old Message) bool {
	c.replaced = true
	if c.config.Start != nil {
		var request Message
		request.Add("if_older_than", c.config.Version)
		reply, err := c.call(ctx, "stop", request)
		if err == nil && reply.failure() == nil {
			return c.redial(ctx) == nil
		}
	}
	if c.config.Notice != nil {
		c.config.Notice("the daemon is version " + old.Get("server") + ", older than this program (" +
			c.config.Version + "); restart it with `bento-cred stop`")
	}
	return false
}
