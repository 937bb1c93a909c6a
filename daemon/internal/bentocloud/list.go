package bentocloud

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// How a list is fetched.
const (
	pageSize  = 100
	listPages = 100
)

// Listed is what a listing shows of a token, with the names of BentoML's own output. Its
// texts are the server's, cleaned and cut. It never holds a value: a reply may, and the
// value of a token in it is taken out of every text.
type Listed struct {
	credential.Token // Value is empty

	UpdatedAt    time.Time // zero where it is not known
	CreatedBy    string    // the user's name
	Organization string    // the organization's name
	ResourceType string
	Labels       []string // "KEY=VALUE"

	// False where the endpoint does not tell.
	IsExpired           bool
	IsAPIToken          bool
	IsAccessToken       bool
	IsGlobalAccess      bool
	IsOrganizationToken bool

	DeploymentNames []string
	DeploymentUIDs  []string
}

// Tokens lists the tokens an endpoint shows to a bearer, all pages of them. An endpoint
// is asked for those that search finds, and for all where it is empty.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled. A list with
// no end is an error, too, and not cut off.
func (c *Client) Tokens(ctx context.Context, endpoint string, bearer credential.Secret, search string) ([]Listed, error) {
	to, err := prepare(endpoint, pathTokens, bearer)
	if err != nil {
		return nil, err
	}
	var all []Listed
	// A list that changes between two pages shows the same token on both.
	seen := make(map[string]bool)
	for items, err := range c.pages(ctx, to, searching(search), listPages) {
		if err != nil {
			return nil, err
		}
		veil := to.hiding(values(items)...)
		for _, item := range items {
			listed := veil.listed(item)
			if listed.UID != "" && seen[listed.UID] {
				continue
			}
			seen[listed.UID] = true
			all = append(all, listed)
		}
	}
	return all, nil
}

// Token returns what an endpoint shows of one token.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Token(ctx context.Context, endpoint string, bearer credential.Secret, uid string) (Listed, error) {
	to, err := prepareOne(endpoint, pathTokens, uid, bearer)
	if err != nil {
		return Listed{}, err
	}
	var item fields
	if err := c.receive(ctx, to, &item); err != nil {
		return Listed{}, err
	}
	listed := to.hiding(item.text("token")).listed(item)
	if listed.UID == "" {
		return Listed{}, to.failReply("the token has no uid")
	}
	return listed, nil
}

// searching returns the part of a query that asks for what text finds; none for all.
func searching(text string) string {
	if text == "" {
		return ""
	}
	return "&search=" + url.QueryEscape(text)
}

// pages fetches the list at to.path page by page, up to limit pages: until as much came
// as there is in total, or a page is empty. A total that is less than what came already
// is not believed. The query of each goes on with more.
func (c *Client) pages(ctx context.Context, to call, more string, limit int) iter.Seq2[[]fields, error] {
	path := to.path
	return func(yield func([]fields, error) bool) {
		start := 0
		for range limit {
			to.path = path + "?start=" + strconv.Itoa(start) + "&count=" + strconv.Itoa(pageSize) + more
			var page struct {
				Total any   `json:"total"`
				Items []any `json:"items"`
			}
			if err := c.receive(ctx, to, &page); err != nil {
				yield(nil, err)
				return
			}
			if !yield(objects(page.Items), nil) {
				return
			}
			start += len(page.Items)
			if len(page.Items) == 0 || page.Total == float64(start) {
				return
			}
		}
		yield(nil, to.failReply("the list has more than "+strconv.Itoa(limit)+" pages"))
	}
}

// objects returns the objects of a list, leaving out what is none.
func objects(list []any) []fields {
	var objects []fields
	for _, each := range list {
		if object, ok := each.(map[string]any); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// values returns the values of tokens, for them to be hidden.
func values(items []fields) []string {
	var values []string
	for _, item := range items {
		values = append(values, item.text("token"))
	}
	return values
}

// listed reads one item.
func (v veil) listed(item fields) Listed {
	return Listed{
		Token:               v.describe(item),
		UpdatedAt:           item.time("updated_at"),
		CreatedBy:           v.clean(item.object("user").text("name")),
		Organization:        v.clean(item.object("organization").text("name")),
		ResourceType:        v.clean(item.text("resource_type")),
		Labels:              v.labels(item),
		IsExpired:           item.is("is_expired"),
		IsAPIToken:          item.is("is_api_token"),
		IsAccessToken:       item.is("is_access_token"),
		IsGlobalAccess:      item.is("is_global_access"),
		IsOrganizationToken: item.is("is_organization_token"),
		DeploymentNames:     v.cleanAll(item.texts("deployment_names")),
		DeploymentUIDs:      v.cleanAll(item.texts("deployment_uids")),
	}
}

// labels reads the labels of an item, which are pairs.
func (v veil) labels(item fields) []string {
	list, _ := item["labels"].([]any)
	var labels []string
	for _, pair := range objects(list) {
		if key := pair.text("key"); key != "" {
			labels = append(labels, v.clean(key+"="+pair.text("value")))
		}
	}
	return labels
}
