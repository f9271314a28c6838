/*
 * The load: opens connections, does one kind of job on all of them, counts. It is told on its
 * standard input when to begin, and has nothing in flight when it says that it is done, so that
 * whoever reads the proxy's CPU time before and after gets exactly the work that was counted.
 *
 *	bench_load --to 127.0.0.1:8000 --job echo|down|up|session [--tls] [--raw] [--path /]
 *	    [--connections 64] [--size 64] [--blocks 128]
 *
 *	it writes	ready				connections stand and have carried a job
 *	it reads	seconds 0.5  |  count 2000	jobs in all, over all connections
 *	it writes	{"jobs": 2000, "bytes": 128000, "seconds": 0.04}
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bench_client.h"
#include "bench_order.h"
#include "bench_tls.h"

#define LOAD_EVENTS	128
#define LOAD_PATIENCE	20000		/* ms without anything moving */
#define LOAD_OPENING	64		/* connections being opened at a time */

struct load_job {
	const char	*name;
	uint8_t		 order;		/* given once at the start, or with each job */
	bool		 once;
	bool		 fresh;		/* each job on a connection of its own */
};

static const struct load_job load_jobs[] = {
	{ .name = "echo", .order = 'E', .once = true },
	{ .name = "down", .order = 'D' },
	{ .name = "up", .order = 'U' },
	{ .name = "session", .order = 'E', .once = true, .fresh = true },
};

static struct {
	const struct load_job	*job;
	int			 epoll;
	struct bench_client	*clients;
	unsigned		 connections, opened, warm;
	size_t			 size;
	uint64_t		 blocks;
	/* The run at hand: */
	bool			 running;
	double			 began, until;
	uint64_t		 limit, started, done;
} load;

static double
load_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t
load_bytes(void)
{
	return load.job->order == 'E' ? load.size : load.blocks * BENCH_BLOCK_SIZE;
}

/* Gives one job to a client: what goes out now, what is to come back. */
static void
load_begin(struct bench_client *client, uint64_t blocks)
{
	uint8_t order[BENCH_ORDER_SIZE];

	client->pos = 0;
	client->expect = load.job->order == 'D' ? blocks * BENCH_BLOCK_SIZE : BENCH_ORDER_SIZE;
	if (load.job->order == 'E') {
		client->expect = load.size;
		bench_client_send(client, bench_order_block(), load.size);
		return;
	}
	bench_order_put(order, load.job->order, blocks);
	bench_client_send(client, order, sizeof(order));
	if (load.job->order == 'U')
		bench_client_pour(client, blocks);
}

static bool
load_may_start(void)
{
	if (!load.running || load.started >= load.limit || load_now() >= load.until)
		return false;
	load.started++;
	return true;
}

/* From here on it listens to commands. */
static void
load_ready(void)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &ev) != 0)
		err(1, "cannot read commands");
	puts("ready");
	fflush(stdout);
}

static void
load_open_more(void)
{
	while (load.opened < load.connections && load.opened - load.warm < LOAD_OPENING)
		bench_client_open(&load.clients[load.opened++]);
}

static void
load_report(void)
{
	double took = load_now() - load.began;

	load.running = false;
	printf("{\"jobs\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"seconds\": %.6f}\n", load.done,
	    load.done * load_bytes(), took);
	fflush(stdout);
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
		load_ready();
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
	load.done++;
	if (load_may_start())
		load_begin(client, load.blocks);
	else if (load.done == load.started)
		load_report();
}

static void
load_payload(struct bench_client *client, const uint8_t *p, size_t n)
{
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
	load.done++;
	if (load_may_start())
		bench_client_open(client);
	else if (load.done == load.started)
		load_report();
}

static void
load_command(void)
{
	char line[64];
	double seconds = 0;
	uint64_t count = UINT64_MAX;
	ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

	if (n <= 0)
		exit(0);
	line[n] = '\0';
	if (sscanf(line, "seconds %lf", &seconds) != 1 && sscanf(line, "count %" SCNu64, &count) != 1)
		errx(2, "cannot obey: %s", line);
	load.began = load_now();
	load.until = load.began + (seconds > 0 ? seconds : 1e9);
	load.limit = count;
	load.started = load.done = 0;
	load.running = true;
	for (unsigned i = 0; i < load.connections && load_may_start(); i++) {
		if (load.job->fresh)
			bench_client_open(&load.clients[i]);
		else
			load_begin(&load.clients[i], load.blocks);
	}
}

static void
load_run(void)
{
	struct epoll_event events[LOAD_EVENTS];
	int n, busy;

	for (;;) {
		busy = load.running || load.warm < load.connections;
		n = epoll_wait(load.epoll, events, LOAD_EVENTS, busy ? LOAD_PATIENCE : -1);
		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		if (n == 0)
			errx(1, "nothing moves any more: %u of %u connections stand, %" PRIu64
			    " of %" PRIu64 " jobs are done",
			    load.warm, load.connections, load.done, load.started);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				load_command();
			else
				bench_client_event(events[i].data.ptr, events[i].events);
		}
	}
}

static void
load_prepare(struct bench_client_plan *plan)
{
	bench_net_files();
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.clients = calloc(load.connections, sizeof(*load.clients));
	if (load.clients == NULL || load.epoll < 0)
		err(1, "cannot start");
	plan->epoll = load.epoll;
	plan->live = load_live;
	plan->payload = load_payload;
	plan->closed = load_closed;
	bench_client_plan(plan);
	if (load.job->fresh) {
		load.warm = load.connections;
		load_ready();
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
	load_run();
}
