#include "http/origin.h"

#include <string.h>

#include "codec/http_authority.h"

struct origin {
	struct slice	scheme, host;
	unsigned	port;
};

static unsigned origin_default_port(struct slice scheme)
{
	if (slice_ieq(scheme, SLICE("https")) || slice_ieq(scheme, SLICE("wss")))
		return 443;
	if (slice_ieq(scheme, SLICE("http")) || slice_ieq(scheme, SLICE("ws")))
		return 80;
	return 0;
}

/* scheme "://" host [ ":" port ] (RFC 6454 section 6.1); wild: the host may begin with "*." */
static bool origin_parse(struct slice text, bool wild, struct origin *o)
{
	const char *mark = text.n > 0 ? memmem(text.p, text.n, "://", 3) : NULL;

	if (mark == NULL || mark == text.p)
		return false;
	o->scheme = (struct slice){text.p, (size_t)(mark - text.p)};
	struct slice authority = {mark + 3, text.n - o->scheme.n - 3};
	wild = wild && slice_starts(authority, SLICE("*."));
	if (wild)
		authority = (struct slice){authority.p + 2, authority.n - 2};
	if (!http_authority_split(authority, &o->host, &o->port))
		return false;
	if (wild)
		o->host = (struct slice){o->host.p - 2, o->host.n + 2};
	if (o->port == 0)
		o->port = origin_default_port(o->scheme);
	return true;
}

static bool origin_same(const struct origin *o, struct slice authority, bool tls)
{
	struct slice host;
	unsigned port;

	if (!http_authority_split(authority, &host, &port))
		return false;
	if (port == 0)
		port = tls ? 443 : origin_default_port(o->scheme);
	return slice_ieq(o->host, host) && o->port == port;
}

bool origin_matches(struct slice origin, struct slice entry, struct slice authority, bool tls)
{
	struct origin o, wanted;

	if (slice_eq(entry, SLICE("*")))
		return true;
	if (slice_eq(entry, SLICE("null")))
		return slice_eq(origin, entry);
	if (!origin_parse(origin, false, &o))
		return false;
	if (slice_eq(entry, SLICE("same")))
		return origin_same(&o, authority, tls);
	if (!origin_parse(entry, true, &wanted))
		return false;
	return slice_ieq(o.scheme, wanted.scheme) && o.port == wanted.port &&
	    http_authority_matches(o.host, wanted.host);
}

static bool origin_listed(const struct exchange *x, const struct config_list *list,
    struct slice origin)
{
	for (size_t i = 0; i < list->n; i++)
		if (origin_matches(origin, slice_of(list->v[i]), x->request->authority,
		    x->client->tls != NULL))
			return true;
	return false;
}

bool origin_allowed(const struct exchange *x, const struct config_list *list, struct slice *denied)
{
	const struct request *request = x->request;

	for (unsigned i = 0; i < request->n_headers; i++) {
		const struct header *h = &request->headers[i];
		if (slice_ieq(h->name, SLICE("Origin")) && !origin_listed(x, list, h->value)) {
			*denied = h->value;
			return false;
		}
	}
	return true;
}

/* Of the page's URL; empty: it is not said. */
static struct slice origin_of_page(const struct exchange *x)
{
	struct slice url = exchange_header(x, SLICE("Referer"));
	const char *mark = url.n > 0 ? memmem(url.p, url.n, "://", 3) : NULL;

	if (mark == NULL)
		return (struct slice){NULL, 0};
	size_t n = (size_t)(mark - url.p) + 3;
	while (n < url.n && url.p[n] != '/' && url.p[n] != '?' && url.p[n] != '#')
		n++;
	return (struct slice){url.p, n};
}

bool origin_of_page_allowed(const struct exchange *x, const struct config_list *list)
{
	struct slice site = exchange_header(x, SLICE("Sec-Fetch-Site"));

	return site.n == 0 || slice_eq(site, SLICE("same-origin")) ||
	    slice_eq(site, SLICE("none")) || origin_listed(x, list, origin_of_page(x));
}
