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

/* What the headers of one name say. */
struct identity_claim {
	bool		made;		/* false: nothing */
	bool		broken;
	struct address	client;
};

static struct identity_claim identity_claim(const struct exchange *x, struct slice name,
    void (*add)(struct forwarded_chain *, struct slice))
{
	const struct request *r = x->request;
	struct forwarded_chain chain = {.n = 0};

	for (unsigned i = 0; i < r->n_headers; i++)
		if (slice_ieq(r->headers[i].name, name))
			add(&chain, r->headers[i].value);
	return (struct identity_claim){chain.says, chain.broken,
	    identity_walk(&chain, &x->client->listener->trust, x->client->address)};
}

static bool identity_differ(const struct identity_claim *a, const struct identity_claim *b)
{
	return a->made && b->made &&
	    memcmp(a->client.ip, b->client.ip, sizeof(a->client.ip)) != 0;
}

static enum fault identity_refuse(const struct exchange *x, const char *why)
{
	char peer[ADDRESS_TEXT];

	log_fault_words(FAULT_FORWARDED, "listener %s: the trusted proxy %s does not tell who the "
	    "client is: %s", x->client->listener->name, address_text(&x->client->address, peer),
	    why);
	return FAULT_FORWARDED;
}

enum fault identity_find(struct exchange *x)
{
	const struct config_networks *trust = &x->client->listener->trust;
	const struct address *peer = &x->client->address;

	if (trust->n == 0 || (peer->known && !address_in(peer, trust)))
		return FAULT_NONE;
	struct identity_claim f = identity_claim(x, SLICE("Forwarded"), forwarded_add);
	struct identity_claim xff = identity_claim(x, SLICE("X-Forwarded-For"), forwarded_add_for);
	if (f.broken)
		return identity_refuse(x, "a quoted string in Forwarded has no end");
	/* A proxy that sets the one may pass on the other as the client sent it. */
	if (identity_differ(&f, &xff))
		return identity_refuse(x, "Forwarded and X-Forwarded-For differ "
		    "(let it remove the one that it does not set)");
	if (f.made || xff.made)
		x->forwarded = f.made ? f.client : xff.client;
	return FAULT_NONE;
}
