/*
 * The load: opens connections, does one kind of job on all of them (bench_jobs.h).
 *
 *	bench_load --to 127.0.0.1:8000 --job echo|down|up|session|get|fetch [--tls] [--raw]
 *	    [--path /] [--connections 64] [--size 64] [--blocks 128]
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench_client.h"
#include "bench_http.h"
#include "bench_jobs.h"
#include "bench_order.h"
#include "bench_tls.h"

#define LOAD_OPENING	64		/* connections being opened at a time */

struct load_job {
	const char	*name;
	uint8_t		 order;		/* given once at the start, or with each job */
	bool		 once;
	bool		 fresh;		/* each job on a connection of its own */
	bool		 http;		/* each job a request, the order unused */
	bool		 bulk;		/* of blocks, not of size bytes */
};

static const struct load_job load_jobs[] = {
	{ .name = "echo", .order = 'E', .once = true },
	{ .name = "down", .order = 'D', .bulk = true },
	{ .name = "up", .order = 'U', .bulk = true },
	{ .name = "session", .order = 'E', .once = true, .fresh = true },
	{ .name = "get", .http = true },
	{ .name = "fetch", .http = true, .bulk = true },
};

struct load_answer {			/* to a request, as it arrives */
	struct bench_handshake	head;
	bool			body;	/* the head is there */
};

static struct {
	const struct load_job	*job;
	int			 epoll;
	struct bench_client	*clients;
	unsigned		 connections, opened, warm;
	size_t			 size;
	uint64_t		 blocks;
	struct load_answer	*answers;	/* of clients, if they speak HTTP */
	char			 host[32];
	uint64_t		 least, most;	/* numbers of the backend's answers in this run */
} load;

static uint64_t
load_bytes(uint64_t blocks)
{
	return load.job->bulk ? blocks * BENCH_BLOCK_SIZE : load.size;
}

static void
load_request(struct bench_client *client)
{
	struct load_answer *answer = &load.answers[client - load.clients];
	char request[BENCH_HANDSHAKE_MAX];

	answer->head.n = 0;
	answer->body = false;
	bench_client_send(client, (uint8_t *)request,
	    bench_http_request(request, load.host, client->expect));
}

/* Gives one job to a client: what goes out now, what is to come back. */
static void
load_begin(struct bench_client *client, uint64_t blocks)
{
	uint8_t order[BENCH_ORDER_SIZE];

	client->pos = 0;
	client->expect = load.job->order == 'U' ? BENCH_ORDER_SIZE : load_bytes(blocks);
	if (load.job->http) {
		load_request(client);
		return;
	}
	if (load.job->order == 'E') {
		bench_client_send(client, bench_order_block(), load.size);
		return;
	}
	bench_order_put(order, load.job->order, blocks);
	bench_client_send(client, order, sizeof(order));
	if (load.job->order == 'U')
		bench_client_pour(client, blocks);
}

static void
load_open_more(void)
{
	while (load.opened < load.connections && load.opened - load.warm < LOAD_OPENING)
		bench_client_open(&load.clients[load.opened++]);
}

static void
load_live(struct bench_client *client)
{
	uint8_t order[BENCH_ORDER_SIZE];

	if (load.job->once) {
		bench_order_put(order, load.job->order, 0);
		bench_client_send(client, order, sizeof(order));
	}
	load_begin(client, 1);
}

/* The first job of each connection warms it up and is not counted. */
static void
load_warmed(void)
{
	load.warm++;
	load_open_more();
	if (load.warm == load.connections)
		bench_jobs_ready();
}

static void
load_finished(struct bench_client *client)
{
	if (load.job->fresh) {
		bench_client_close(client);
		return;
	}
	if (load.warm < load.connections) {
		load_warmed();
		return;
	}
	if (bench_jobs_may_start())
		load_begin(client, load.blocks);
	bench_jobs_done();
}

/* Returns what of the bytes belongs to the head. */
static size_t
load_head(struct bench_client *client, const uint8_t *p, size_t n)
{
	struct load_answer *answer = &load.answers[client - load.clients];
	uint64_t number;
	const char *wrong;
	size_t used;

	if (answer->body)
		return 0;
	answer->body = bench_handshake_collect(&answer->head, p, n, &used);
	if (!answer->body)
		return used;
	answer->head.text[answer->head.n] = '\0';
	wrong = bench_http_check(&answer->head, client->expect, &number);
	if (wrong != NULL)
		errx(1, "%s:\n%s", wrong, answer->head.text);
	load.least = number < load.least ? number : load.least;
	load.most = number > load.most ? number : load.most;
	return used;
}

static void
load_payload(struct bench_client *client, const uint8_t *p, size_t n)
{
	if (load.job->http) {
		size_t head = load_head(client, p, n);

		p += head;
		n -= head;
		if (n == 0)
			return;
	}
	if (client->pos + n > client->expect)
		errx(1, "more came back than was asked for");
	if (load.job->order != 'U' && !bench_order_matches(client->pos, p, n))
		errx(1, "what came back is wrong: the proxy changed the bytes");
	client->pos += n;
	if (client->pos == client->expect)
		load_finished(client);
}

static void
load_closed(struct bench_client *client)
{
	if (client->pos != client->expect)
		errx(1, "a session ended before its answer came");
	if (bench_jobs_may_start())
		bench_client_open(client);
	bench_jobs_done();
}

static void
load_start(void)
{
	load.least = UINT64_MAX;
	load.most = 0;
	for (unsigned i = 0; i < load.connections && bench_jobs_may_start(); i++) {
		if (load.job->fresh)
			bench_client_open(&load.clients[i]);
		else
			load_begin(&load.clients[i], load.blocks);
	}
}

static void
load_end(uint64_t done)
{
	if (load.job->http && load.most - load.least + 1 != done)
		errx(1, "the backend answered %" PRIu64 " requests, the load made %" PRIu64,
		    load.most - load.least + 1, done);
}

static void
load_event(void *who, uint32_t events)
{
	bench_client_event(who, events);
}

static void
load_prepare(struct bench_client_plan *plan)
{
	bench_net_files();
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.clients = calloc(load.connections, sizeof(*load.clients));
	load.answers = calloc(load.job->http ? load.connections : 1, sizeof(*load.answers));
	if (load.clients == NULL || load.answers == NULL || load.epoll < 0)
		err(1, "cannot start");
	(void)snprintf(load.host, sizeof(load.host), "127.0.0.1:%u", ntohs(plan->to.sin_port));
	plan->raw |= load.job->http;
	plan->epoll = load.epoll;
	plan->live = load_live;
	plan->payload = load_payload;
	plan->closed = load_closed;
	bench_client_plan(plan);
	if (load.job->fresh) {
		load.warm = load.connections;
		bench_jobs_ready();
	} else
		load_open_more();
}

static const struct load_job *
load_job_named(const char *name)
{
	for (size_t i = 0; i < sizeof(load_jobs) / sizeof(load_jobs[0]); i++)
		if (strcmp(load_jobs[i].name, name) == 0)
			return &load_jobs[i];
	errx(2, "no job is called '%s'", name);
}

static void
load_options(int argc, char **argv, struct bench_client_plan *plan)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 't' },
		{ "job", required_argument, NULL, 'j' },
		{ "tls", no_argument, NULL, 's' },
		{ "raw", no_argument, NULL, 'r' },
		{ "path", required_argument, NULL, 'p' },
		{ "connections", required_argument, NULL, 'c' },
		{ "size", required_argument, NULL, 'z' },
		{ "blocks", required_argument, NULL, 'b' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 't':
			plan->to = bench_net_parse(optarg);
			break;
		case 'j':
			load.job = load_job_named(optarg);
			break;
		case 's':
			plan->tls = bench_tls_client();
			break;
		case 'r':
			plan->raw = true;
			break;
		case 'p':
			plan->path = optarg;
			break;
		case 'c':
			load.connections = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'z':
			load.size = strtoul(optarg, NULL, 10);
			break;
		case 'b':
			load.blocks = strtoull(optarg, NULL, 10);
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

	load.connections = 64;
	load.size = 64;
	load.blocks = 128;
	load_options(argc, argv, &plan);
	if (plan.to.sin_port == 0 || load.job == NULL || load.connections == 0 || load.size == 0 ||
	    load.blocks == 0)
		errx(2, "--to and --job are needed, and no number may be 0");
	load_prepare(&plan);
	bench_jobs_run(&(struct bench_jobs_plan){ .epoll = load.epoll,
	    .bytes = load_bytes(load.blocks), .begin = load_start, .end = load_end,
	    .event = load_event });
}
