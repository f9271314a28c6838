#include "http/exchange.h"

#include "codec/http_authority.h"
#include "codec/ws_handshake.h"
#include "report/counts.h"
#include "report/series.h"

struct counts_route *exchange_counts(const struct exchange *x)
{
	const struct series *s = x->route ? x->route->counts : NULL;

	return s ? series_block(s, x->client->worker->index) : NULL;
}

void exchange_count_refusal(const struct exchange *x, enum fault f)
{
	struct counts_route *counts = exchange_counts(x);

	STATS_ADD(x->client->worker->stats.refusals[f], 1);
	if (counts && x->request && x->request->websocket && x->route->back)
		coded_add(&counts->handshakes, f, true);
}

struct slice exchange_header(const struct exchange *x, struct slice name)
{
	const struct request *r = x->request;
	const struct header *h = r ? http1_find(r->headers, r->n_headers, name) : NULL;

	return h ? h->value : (struct slice){NULL, 0};
}

struct slice exchange_host(const struct exchange *x)
{
	struct slice host = {NULL, 0};
	unsigned port;

	if (x->request == NULL || !http_authority_split(x->request->authority, &host, &port))
		return (struct slice){NULL, 0};
	if (host.n > 1 && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}

enum fault exchange_check_handshake(const struct exchange *x, const char **why)
{
	const struct request *r = x->request;

	return r->http1 ? ws_handshake_check(r->http1, why) :
			  ws_handshake_check_h2(r->headers, r->n_headers, why);
}

const struct framing *exchange_framing(const struct exchange *x, struct slice subprotocol)
{
	const struct config_subprotocol_framings *list = &x->route->conf->subprotocol_framing;

	for (size_t i = 0; i < list->n; i++)
		if (slice_eq(subprotocol, slice_of(list->v[i].subprotocol)))
			return &x->route->framings[i];
	return &x->route->framing;
}
