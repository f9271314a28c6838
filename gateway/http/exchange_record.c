#include "http/exchange_record.h"

#include <string.h>

#include "codec/traceparent.h"
#include "config/config.h"

static struct slice exchange_record_protocol(enum http_protocol protocol)
{
	static const struct slice names[] = {
		[HTTP_1_0] = {"http/1.0", 8},
		[HTTP_1_1] = {"http/1.1", 8},
		[HTTP_2] = {"h2", 2},
	};

	return names[protocol];
}

void exchange_record_make(struct exchange_record *record, const struct exchange *x)
{
	const struct client *client = x->client;
	const struct request *r = x->request;
	uint64_t age = client->worker->now - x->started;

	*record = (struct exchange_record){0};
	record->access = (struct access_record){
		.listener = slice_of(client->listener->name),
		.route = slice_of(x->route ? x->route->conf->name : NULL),
		.client_ip = slice_of(address_text(exchange_client(x), record->client_ip)),
		.client_port = exchange_client(x)->port,
		.protocol = exchange_record_protocol(r->protocol),
		.tls = slice_of(client->tls),
		.method = r->method,
		.host = r->authority,
		.path = r->path,
		.status = x->status,
		.origin = exchange_header(x, SLICE("Origin")),
		.user_agent = exchange_header(x, SLICE("User-Agent")),
		.referer = exchange_header(x, SLICE("Referer")),
		.traceparent = traceparent_find(r->headers, r->n_headers),
		.reason = slice_of(x->refused ? fault_text(x->refused) : NULL),
		.started = clock_wall_ms() - age,
		.duration = age,
		.bytes_in = x->bytes_in,
		.bytes_out = x->bytes_out,
		.session_id = slice_of(x->session),
		.request_id = {x->id, RANDOM_ID},
	};
	if (memcmp(client->peer.ip, exchange_client(x)->ip, sizeof(client->peer.ip)) != 0)
		record->access.peer_ip = slice_of(address_text(&client->peer, record->peer_ip));
	if (x->route && x->route->backend)
		record->access.backend = slice_of(x->route->conf->backend->name);
	record->access.server = slice_of(x->server);
}

void exchange_record_websocket(struct exchange_record *record, const struct exchange *x)
{
	exchange_record_make(record, x);
	record->access.transport = SLICE("websocket");
	record->access.status = x->request->protocol == HTTP_2 ? 200 : 101;
}

void exchange_record_write(struct exchange *x)
{
	struct exchange_record record;

	if (!access_wanted() || x->status == 0)
		return;
	exchange_record_make(&record, x);
	access_write(&record.access);
}
