#include "upstream/connect_request.h"

#include <string.h>

#include "base/siphash.h"
#include "codec/proxy_header.h"
#include "http/render.h"

/* The same key meets the same server on every gateway and after every start: so no secret here. */
static enum fault connect_request_hash(struct connect_request *request, struct exchange *x,
    const struct template *key)
{
	static const struct siphash_key fixed = {0, 0};
	struct slice text;
	enum fault f = render_plain(x, key, &text);

	if (f == FAULT_NONE)
		request->hash = siphash(&fixed, text);
	return f;
}

static struct proxy_header connect_request_addresses(const struct exchange *x)
{
	const struct address *from = exchange_client(x), *to = &x->client->local;
	struct address own;
	struct proxy_header h = {.known = false};

	if (!to->known) {
		own = address_local(x->client->fd);
		to = &own;
	}
	if (!from->known)
		return h;
	memcpy(h.source, from->ip, sizeof(h.source));
	h.source_port = from->port;
	/* Of a unix socket there is none to tell. */
	memcpy(h.destination, to->known ? to->ip : from->ip, sizeof(h.destination));
	h.destination_port = to->known ? to->port : 0;
	h.known = true;
	return h;
}

/* "In case of TLS, this is the exact copy of the server_name extension", says the specification. */
static struct slice connect_request_authority(const struct exchange *x)
{
	return x->client->sni.n > 0 ? x->client->sni : exchange_host(x);
}

/* What is spoken over TLS, whether the client asked for it by ALPN or not. */
static struct slice connect_request_alpn(const struct exchange *x)
{
	if (x->client->tls == NULL)
		return (struct slice){NULL, 0};
	return x->request->protocol == HTTP_2 ? SLICE("h2") : SLICE("http/1.1");
}

static enum fault connect_request_proxy(struct connect_request *request, struct exchange *x,
    enum config_send_proxy version)
{
	const struct proxy_header header = connect_request_addresses(x);
	const struct proxy_extra extra = {
		.alpn = connect_request_alpn(x),
		.authority = connect_request_authority(x),
		.unique_id = {x->id, RANDOM_ID},
		.tls_version = slice_of(x->client->tls),
		.certificate = x->client->certificate,
		.resumed = x->client->resumed,
		.client_cn = x->client->client_cn,
	};
	uint8_t *out = arena_alloc(&x->arena, PROXY_HEADER_ROOM);

	if (out == NULL)
		return FAULT_NO_MEMORY;
	request->proxy = (struct slice){(char *)out, version == SEND_PROXY_V1
	    ? proxy_header_write_v1(out, &header) : proxy_header_write_v2(out, &header, &extra)};
	return FAULT_NONE;
}

enum fault connect_request_make(struct connect_request *request, struct exchange *x)
{
	const struct config_backend *conf = x->route->conf->backend;
	enum fault f = FAULT_NONE;

	*request = (struct connect_request){.who = x->route->conf->name};
	if (conf->balance == BALANCE_HASH)
		f = connect_request_hash(request, x, conf->hash);
	if (f == FAULT_NONE && conf->map)
		f = render_plain(x, conf->key, &request->token);
	if (f == FAULT_NONE && conf->preamble)
		f = render_plain(x, conf->preamble, &request->preamble);
	if (f == FAULT_NONE && conf->send_proxy != SEND_PROXY_OFF)
		f = connect_request_proxy(request, x, conf->send_proxy);
	return f;
}
