/*
 * The load of clients that SockJS serves by HTTP: a visitor says a message in one request and
 * hears it again in another, which a backend behind the proxy, or the server itself, sends back.
 *
 *	bench_sockjs --to 127.0.0.1:8000 --job xhr|xhr_streaming [--tls] [--connections 64]
 *	    [--size 64]
 *
 * xhr: both requests follow each other on one connection. xhr_streaming: the second one stays
 * open, on a connection of its own, and is made anew when the server ends it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench_client.h"
#include "bench_jobs.h"
#include "bench_order.h"
#include "bench_tls.h"

#define SOCKJS_OPENING	64		/* visitors that come at a time */
#define SOCKJS_LINE	4096		/* the longest frame; preludes are longer, and cut */
#define SOCKJS_SIZE	2048		/* the longest message */

enum sockjs_part { SOCKJS_HEAD, SOCKJS_BODY, SOCKJS_CHUNK_SIZE, SOCKJS_CHUNK, SOCKJS_CHUNK_END };

struct sockjs_visitor;

/* A connection, and the answer on it as it arrives. */
struct sockjs_wire {
	struct sockjs_visitor	*visitor;
	bool			 live, asked, says;
	enum sockjs_part	 part;
	struct bench_handshake	 head;
	uint64_t		 left;		/* of the body, or of a chunk and the line's end */
	bool			 last;		/* of the chunks */
	size_t			 line_n;
	char			 line[SOCKJS_LINE];
};

enum sockjs_stage { SOCKJS_OPEN, SOCKJS_ORDER, SOCKJS_SAY, SOCKJS_HEAR };

struct sockjs_visitor {
	unsigned		 number;
	enum sockjs_stage	 stage;
	bool			 said, heard;	/* of the message under way */
};

static struct {
	bool			 streaming;
	int			 epoll;
	unsigned		 visitors, per, opened, warm;
	size_t			 size;
	struct bench_client	*clients;	/* per visitor: one, or what hears and what says */
	struct sockjs_wire	*wires;		/* of clients */
	struct sockjs_visitor	*all;
	char			 host[32];
	char			 order[SOCKJS_LINE], message[SOCKJS_LINE];	/* bodies */
} load;

static struct sockjs_wire *
sockjs_wire_of(const struct bench_client *client)
{
	return &load.wires[client - load.clients];
}

static void
sockjs_ask(struct bench_client *client, const char *transport, const char *body)
{
	struct sockjs_wire *wire = sockjs_wire_of(client);
	char length[64] = "", request[2 * SOCKJS_LINE];

	/* An empty body has no length: Pushpin ends a connection that says 0. */
	if (body[0] != '\0')
		(void)snprintf(length, sizeof(length),
		    "Content-Type: text/plain\r\nContent-Length: %zu\r\n", strlen(body));
	int n = snprintf(request, sizeof(request),
	    "POST /sockjs/000/visitor%u/%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n"
	    "%s\r\n%s", wire->visitor->number, transport, load.host, length, body);

	if (n < 0 || (size_t)n >= sizeof(request))
		errx(2, "a request is too long");
	wire->asked = true;
	wire->says = strcmp(transport, "xhr_send") == 0;
	wire->part = SOCKJS_HEAD;
	wire->head.n = 0;
	wire->line_n = 0;
	bench_client_send(client, (uint8_t *)request, (size_t)n);
}

static struct bench_client *
sockjs_ear(const struct sockjs_visitor *v)
{
	return &load.clients[(v - load.all) * load.per];
}

static struct bench_client *
sockjs_mouth(const struct sockjs_visitor *v)
{
	return sockjs_ear(v) + load.per - 1;
}

static void
sockjs_listen(const struct sockjs_visitor *v)
{
	sockjs_ask(sockjs_ear(v), load.streaming ? "xhr_streaming" : "xhr", "");
}

static void
sockjs_say(struct sockjs_visitor *v)
{
	v->stage = SOCKJS_SAY;
	v->said = v->heard = false;
	sockjs_ask(sockjs_mouth(v), "xhr_send", load.message);
}

static void
sockjs_open_more(void)
{
	while (load.opened < load.visitors && load.opened - load.warm < SOCKJS_OPENING) {
		for (unsigned i = 0; i < load.per; i++)
			bench_client_open(&load.clients[load.opened * load.per + i]);
		load.opened++;
	}
}

/* The first message of each warms it up and is not counted. */
static void
sockjs_done(struct sockjs_visitor *v)
{
	v->stage = SOCKJS_HEAR;
	if (load.warm < load.visitors) {
		load.warm++;
		sockjs_open_more();
		if (load.warm == load.visitors)
			bench_jobs_ready();
		return;
	}
	if (bench_jobs_may_start())
		sockjs_say(v);
	bench_jobs_done();
}

/* A message is done when the answers to all that was asked for it are there. */
static void
sockjs_step(struct sockjs_visitor *v)
{
	const struct sockjs_wire *ear = sockjs_wire_of(sockjs_ear(v));

	if (v->stage == SOCKJS_SAY && v->said && v->heard && (load.streaming || !ear->asked))
		sockjs_done(v);
	else if (!ear->asked && (v->stage == SOCKJS_SAY ? v->said : load.streaming))
		sockjs_listen(v);
}

static void
sockjs_frame(struct sockjs_visitor *v, const char *line, size_t n)
{
	if (line[0] == 'h')
		return;		/* a heartbeat, or the prelude */
	if (n == 1 && line[0] == 'o' && v->stage == SOCKJS_OPEN) {
		v->stage = SOCKJS_ORDER;
		if (load.streaming)
			sockjs_ask(sockjs_mouth(v), "xhr_send", load.order);
		return;
	}
	if (v->stage != SOCKJS_SAY || v->heard || line[0] != 'a' || n - 1 != strlen(load.message) ||
	    memcmp(line + 1, load.message, n - 1) != 0)
		errx(1, "what came back is wrong: %.*s", (int)n, line);
	v->heard = true;
	if (load.streaming)
		sockjs_step(v);
}

static void
sockjs_text(struct sockjs_wire *wire, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			sockjs_frame(wire->visitor, wire->line, wire->line_n);
			wire->line_n = 0;
		} else if (wire->line_n < sizeof(wire->line))
			wire->line[wire->line_n++] = p[i];
	}
}

static void
sockjs_answered(struct bench_client *client)
{
	struct sockjs_wire *wire = sockjs_wire_of(client);
	struct sockjs_visitor *v = wire->visitor;

	wire->asked = false;
	if (v->stage == SOCKJS_SAY && wire->says)
		v->said = true;
	if (v->stage == SOCKJS_ORDER && wire->says) {
		sockjs_say(v);
		return;
	}
	if (v->stage == SOCKJS_ORDER && !load.streaming) {
		sockjs_ask(client, "xhr_send", load.order);
		return;
	}
	sockjs_step(v);
}

static const char *
sockjs_field(const struct sockjs_wire *wire, const char *name)
{
	const char *at = strcasestr(wire->head.text, name);

	return at == NULL ? NULL : at + strlen(name) + strspn(at + strlen(name), " ");
}

/* The head is there: what comes behind it? */
static void
sockjs_headed(struct bench_client *client)
{
	struct sockjs_wire *wire = sockjs_wire_of(client);
	const char *length = sockjs_field(wire, "\ncontent-length:");
	const char *coding = sockjs_field(wire, "\ntransfer-encoding:");

	if (strncmp(wire->head.text, "HTTP/1.1 20", 11) != 0)
		errx(1, "a request was refused:\n%s", wire->head.text);
	wire->left = length == NULL ? 0 : strtoull(length, NULL, 10);
	wire->part = coding != NULL ? SOCKJS_CHUNK_SIZE : SOCKJS_BODY;
	wire->line_n = 0;
	if (wire->part == SOCKJS_BODY && wire->left == 0)
		sockjs_answered(client);
}

static void
sockjs_chunk_size(struct sockjs_wire *wire, char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, digit | 0x20);

	if (digit == '\n') {
		wire->last = wire->left == 0;
		wire->part = wire->last ? SOCKJS_CHUNK_END : SOCKJS_CHUNK;
		wire->left = wire->last ? 2 : wire->left;
	} else if (digit != '\r') {
		if (at == NULL)
			errx(1, "a chunk has no size");
		wire->left = wire->left * 16 + (uint64_t)(at - digits);
	}
}

/* What was left of this part is there. */
static void
sockjs_part_done(struct bench_client *client)
{
	struct sockjs_wire *wire = sockjs_wire_of(client);

	if (wire->part == SOCKJS_CHUNK) {
		wire->part = SOCKJS_CHUNK_END;
		wire->left = 2;
	} else if (wire->part == SOCKJS_CHUNK_END && !wire->last)
		wire->part = SOCKJS_CHUNK_SIZE;
	else
		sockjs_answered(client);
}

static size_t
sockjs_body(struct bench_client *client, const char *p, size_t n)
{
	struct sockjs_wire *wire = sockjs_wire_of(client);
	size_t part = n < wire->left ? n : (size_t)wire->left;

	if (wire->part == SOCKJS_CHUNK_SIZE) {
		sockjs_chunk_size(wire, *p);
		return 1;
	}
	wire->left -= part;
	if (wire->part != SOCKJS_CHUNK_END)
		sockjs_text(wire, p, part);
	if (wire->left == 0)
		sockjs_part_done(client);
	return part;
}

static void
sockjs_payload(struct bench_client *client, const uint8_t *p, size_t n)
{
	struct sockjs_wire *wire = sockjs_wire_of(client);
	size_t used;

	for (; n > 0; p += used, n -= used) {
		if (!wire->asked)
			errx(1, "an answer to nothing");
		if (wire->part != SOCKJS_HEAD) {
			used = sockjs_body(client, (const char *)p, n);
			continue;
		}
		if (bench_handshake_collect(&wire->head, p, n, &used)) {
			wire->head.text[wire->head.n] = '\0';
			sockjs_headed(client);
		}
	}
}

static void
sockjs_live(struct bench_client *client)
{
	struct sockjs_visitor *v = sockjs_wire_of(client)->visitor;

	sockjs_wire_of(client)->live = true;
	if (sockjs_wire_of(sockjs_ear(v))->live && sockjs_wire_of(sockjs_mouth(v))->live)
		sockjs_listen(v);
}

static void
sockjs_start(void)
{
	for (unsigned i = 0; i < load.visitors && bench_jobs_may_start(); i++)
		sockjs_say(&load.all[i]);
}

static void
sockjs_event(void *who, uint32_t events)
{
	bench_client_event(who, events);
}

/* What the backend of all proxies takes for an order, and text as long as is wanted. */
static void
sockjs_bodies(void)
{
	(void)snprintf(load.order, sizeof(load.order), "[\"E");
	for (int i = 1; i < BENCH_ORDER_SIZE; i++)
		strcat(load.order, "\\u0000");
	strcat(load.order, "\"]");
	(void)snprintf(load.message, sizeof(load.message), "[\"%0*d\"]", (int)load.size, 7);
}

static void
sockjs_prepare(struct bench_client_plan *plan)
{
	unsigned clients = load.visitors * (load.per = load.streaming ? 2 : 1);

	bench_net_files();
	sockjs_bodies();
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.clients = calloc(clients, sizeof(*load.clients));
	load.wires = calloc(clients, sizeof(*load.wires));
	load.all = calloc(load.visitors, sizeof(*load.all));
	if (load.clients == NULL || load.wires == NULL || load.all == NULL || load.epoll < 0)
		err(1, "cannot start");
	for (unsigned i = 0; i < clients; i++)
		load.wires[i].visitor = &load.all[i / load.per];
	for (unsigned i = 0; i < load.visitors; i++)
		load.all[i].number = (unsigned)getpid() * 100000 + i;
	(void)snprintf(load.host, sizeof(load.host), "127.0.0.1:%u", ntohs(plan->to.sin_port));
	plan->raw = true;
	plan->epoll = load.epoll;
	plan->live = sockjs_live;
	plan->payload = sockjs_payload;
	bench_client_plan(plan);
	sockjs_open_more();
}

static void
sockjs_options(int argc, char **argv, struct bench_client_plan *plan)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "job", required_argument, NULL, 'j' },
		{ "tls", no_argument, NULL, 's' },
		{ "connections", required_argument, NULL, 'c' },
		{ "size", required_argument, NULL, 'z' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 't':
			plan->to = bench_net_parse(optarg);
			break;
		case 'j':
			load.streaming = strcmp(optarg, "xhr_streaming") == 0;
			break;
		case 's':
			plan->tls = bench_tls_client();
			break;
		case 'c':
			load.visitors = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'z':
			load.size = strtoul(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
}

int
main(int argc, char **argv)
{
	struct bench_client_plan plan = { .path = "/" };

	load.visitors = 64;
	load.size = 64;
	sockjs_options(argc, argv, &plan);
	if (plan.to.sin_port == 0 || load.visitors == 0 || load.size == 0 ||
	    load.size > SOCKJS_SIZE)
		errx(2, "--to is needed, and no number may be 0, nor --size above %d", SOCKJS_SIZE);
	sockjs_prepare(&plan);
	bench_jobs_run(&(struct bench_jobs_plan){ .epoll = load.epoll, .bytes = load.size,
	    .begin = sockjs_start, .event = sockjs_event });
}
