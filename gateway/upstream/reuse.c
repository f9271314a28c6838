#include "upstream/reuse.h"

#include "http/gateway_worker.h"
#include "upstream/pool.h"

enum { REUSE_MARGIN = 1000 };	/* ms between the server's word and ours */

bool reuse_is_wanted(const struct config_backend *conf)
{
	return conf->send_proxy == SEND_PROXY_OFF && conf->keepalive.max > 0;
}

uint64_t reuse_server_keeps(const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers, SLICE("Keep-Alive"));
	struct slice rest = h ? h->value : (struct slice){NULL, 0}, part, name;
	uint64_t seconds;

	while (rest.n > 0 && slice_cut(&rest, ',', &part))
		if (slice_cut(&part, '=', &name) && part.p &&
		    slice_ieq(slice_trim(name), SLICE("timeout")) &&
		    slice_u64(slice_trim(part), &seconds) && seconds < UINT32_MAX)
			return seconds * 1000 > REUSE_MARGIN ? seconds * 1000 - REUSE_MARGIN : 0;
	return UINT64_MAX;
}

void reuse_put_away(struct worker *w, const struct backend *b, struct target *target,
    struct h1_client *client, enum h1_client_end how, uint64_t server_keeps)
{
	const struct config_keepalive *keep = &b->conf->keepalive;
	bool reusable = how == H1_CLIENT_COMPLETE && h1_client_is_reusable(client);
	struct stream *s = h1_client_release(client);
	uint64_t idle = server_keeps < keep->idle ? server_keeps : keep->idle;

	if (reusable && reuse_is_wanted(b->conf))
		pool_put(w->gateway->pool, target, s, idle, keep->max);
	else
		stream_close(s, true);
}
