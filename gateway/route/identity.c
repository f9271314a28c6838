#include "route/identity.h"

#include <string.h>

#include "base/log.h"
#include "codec/forwarded.h"

/* Whose header it is matters: what came before the first who is not trusted is hearsay. */
static struct address identity_walk(const struct forwarded_chain *chain,
    const struct config_networks *trust, struct address client)
{
	const struct forwarded_node *node;

	for (unsigned i = 0; (node = forwarded_at(chain, i)) != NULL && node->known; i++) {
		client.port = node->port;
		client.known = true;
		memcpy(client.ip, node->ip, sizeof(client.ip));
		if (!address_in(&client, trust))
			break;
	}
	return client;
}

/* False: the header is not there. */
static bool identity_by(const struct exchange *x, struct slice name,
    void (*add)(struct forwarded_chain *, struct slice), struct address *client)
{
	const struct request *r = x->request;
	struct forwarded_chain chain = {.n = 0};
	bool found = false;

	for (unsigned i = 0; i < r->n_headers; i++) {
		if (!slice_ieq(r->headers[i].name, name))
			continue;
		add(&chain, r->headers[i].value);
		found = true;
	}
	*client = identity_walk(&chain, &x->client->listener->trust, x->client->address);
	return found;
}

static bool identity_is_same(const struct address *a, const struct address *b)
{
	return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

void identity_find(struct exchange *x)
{
	const struct config_networks *trust = &x->client->listener->trust;
	const struct address *peer = &x->client->address;
	struct address by_forwarded, by_for;

	if (trust->n == 0 || (peer->known && !address_in(peer, trust)))
		return;
	bool forwarded = identity_by(x, SLICE("Forwarded"), forwarded_add, &by_forwarded);
	bool for_too = identity_by(x, SLICE("X-Forwarded-For"), forwarded_add_for, &by_for);
	/* A proxy that sets the one may pass on the other as the client sent it. */
	if (forwarded && for_too && !identity_is_same(&by_forwarded, &by_for)) {
		char text[ADDRESS_TEXT];
		log_line(LOG_LEVEL_WARN, "listener %s: Forwarded and X-Forwarded-For of %s differ: "
		    "neither is believed", x->client->listener->name, address_text(peer, text));
	} else if (forwarded) {
		x->forwarded = by_forwarded;
	} else if (for_too) {
		x->forwarded = by_for;
	}
}
