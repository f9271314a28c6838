#include "process/gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "autoconf.h"
#include "base/log.h"
#include "http/exchange_record.h"
#include "http/proxied.h"
#include "net/given.h"
#include "net/listener.h"
#include "process/command.h"
#include "process/crew.h"
#include "process/notify.h"
#include "process/pid_file.h"
#include "process/privileges.h"
#include "process/service.h"
#include "process/signals.h"
#include "report/access.h"
#include "route/route.h"
#include "route/snapshot.h"

enum { GATEWAY_ENDED = SIGALRM };	/* what the last worker wakes the main thread with */

struct gateway {
	struct config		*config;	/* the snapshot's, once there is one */
	struct snapshot		*snapshot;
	struct listener		**listeners;
	size_t			 n_listeners;
	struct crew		*crew;
	struct worker		 main;		/* this thread's own loop: signals, and the clock */
	struct signals		 signals;
	struct service		 service;
	struct letter		 stop;
	int			 pid_fd;
	bool			 stopping, hurrying;
};

static const struct http_site gateway_site = {
	.route = route_exchange,
	.done = exchange_record_write,
};

/* Until everything stands the log is standard error, where whoever starts the program looks. */
static enum fault gateway_begin_log(struct gateway *g)
{
	struct log_settings settings = g->config->log;

	settings.to = "stderr";
	return log_configure(&settings);
}

static enum fault gateway_make_snapshot(struct gateway *g)
{
	struct config *config = g->config;

	g->config = NULL;
	enum fault f = snapshot_new(config, &g->snapshot);
	if (f == FAULT_NONE)
		g->config = g->snapshot->config;
	return f;
}

static enum fault gateway_bind(struct gateway *g)
{
	size_t n = g->config->n_listeners;
	enum fault f = given_open();

	if (f == FAULT_NONE && (g->listeners = calloc(n, sizeof(struct listener *))) == NULL)
		f = FAULT_NO_MEMORY;
	while (f == FAULT_NONE && g->n_listeners < n) {
		f = listener_open(&g->config->listeners[g->n_listeners],
		    &g->snapshot->listeners[g->n_listeners], proxied_accept,
		    &g->listeners[g->n_listeners]);
		g->n_listeners += f == FAULT_NONE;
	}
	if (f == FAULT_NONE)
		given_close_rest(g->config->listeners, n);
	return f;
}

static enum fault gateway_open_logs(struct gateway *g)
{
	enum fault f = access_configure(g->config->access_to, g->config->access_format);

	return f == FAULT_NONE ? log_configure(&g->config->log) : f;
}

static enum fault gateway_write_pid(struct gateway *g)
{
	return g->config->pid_file ? pid_file_write(g->config->pid_file, &g->pid_fd) : FAULT_NONE;
}

static enum fault gateway_drop_privileges(struct gateway *g)
{
	return privileges_drop(g->config->user, g->config->group);
}

static void gateway_wake(void)
{
	kill(getpid(), GATEWAY_ENDED);
}

/* The first worker accepts, for all of them. Its thread does not run yet. */
static enum fault gateway_make_crew(struct gateway *g)
{
	enum fault f = crew_new(g->config->workers, &gateway_site, &g->snapshot->held,
	    gateway_wake, &g->crew);
	unsigned n;

	if (f != FAULT_NONE)
		return f;
	struct worker *const *workers = crew_workers(g->crew, &n);
	for (size_t i = 0; f == FAULT_NONE && i < g->n_listeners; i++)
		f = listener_start(g->listeners[i], workers[0], workers, n);
	return f;
}

static enum fault gateway_start_crew(struct gateway *g)
{
	enum fault f = crew_start(g->crew);

	if (f != FAULT_NONE) {
		crew_hurry(g->crew);
		crew_join(g->crew);
	}
	return f;
}

static enum fault gateway_make_service(struct gateway *g)
{
	unsigned n;
	struct worker *const *workers = crew_workers(g->crew, &n);

	notify_open();
	return service_init(&g->service, &g->main, workers, n);
}

/* A start, step by step; root's work comes before the privileges go, threads come after. */
static enum fault (*const gateway_steps[])(struct gateway *) = {
	gateway_begin_log,
	gateway_make_snapshot,
	gateway_bind,
	gateway_open_logs,
	gateway_write_pid,
	gateway_make_crew,
	gateway_drop_privileges,
	gateway_make_service,
	gateway_start_crew,
};

static enum fault gateway_start(struct gateway *g)
{
	enum fault f = FAULT_NONE;

	for (size_t i = 0; i < sizeof(gateway_steps) / sizeof(gateway_steps[0]); i++)
		if (f == FAULT_NONE)
			f = gateway_steps[i](g);
	return f;
}

/* On the worker that accepts: nothing can arrive anymore when the others are told. */
static void gateway_on_stop(struct worker *w, struct letter *l)
{
	struct gateway *g = LIST_OWNER(l, struct gateway, stop);

	(void)w;
	for (size_t i = 0; i < g->n_listeners; i++)
		listener_stop(g->listeners[i]);
	crew_stop(g->crew, g->config->stop_timeout);
}

static void gateway_stop(void *gateway)
{
	struct gateway *g = gateway;
	unsigned n;

	if (!g->stopping) {
		log_line(LOG_LEVEL_INFO, "stopping: sessions are closed within %llu s",
		    (unsigned long long)(g->config->stop_timeout + 999) / 1000);
		g->stopping = true;
		service_stopping(&g->service);
		g->stop.open = gateway_on_stop;
		worker_post(crew_workers(g->crew, &n)[0], &g->stop);
	} else if (!g->hurrying) {
		log_line(LOG_LEVEL_INFO, "stopping at once");
		g->hurrying = true;
		crew_hurry(g->crew);
	}
}

static void gateway_reopen(void *gateway)
{
	(void)gateway;
	log_reopen();
	access_reopen();
}

static void gateway_refuse_reload(void *gateway)
{
	(void)gateway;
	log_line(LOG_LEVEL_WARN, "reload is not supported yet");
}

static void gateway_refuse_upgrade(void *gateway)
{
	(void)gateway;
	log_line(LOG_LEVEL_WARN, "binary upgrade is not supported yet");
}

static void gateway_look(void *gateway)
{
	struct gateway *g = gateway;

	if (crew_has_ended(g->crew))
		worker_stop(&g->main);
}

static const struct signals_row gateway_signals[] = {
	{SIGTERM, gateway_stop},
	{SIGINT, gateway_stop},
	{SIGUSR1, gateway_reopen},
	{SIGHUP, gateway_refuse_reload},
	{SIGUSR2, gateway_refuse_upgrade},
	{GATEWAY_ENDED, gateway_look},
	{0, NULL},
};

static enum fault gateway_run_steps(struct gateway *g)
{
	enum fault f = worker_init(&g->main, g->config->workers, true);

	if (f == FAULT_NONE)
		f = signals_init(&g->signals, &g->main, gateway_signals, g);
	return f == FAULT_NONE ? gateway_start(g) : f;
}

static void gateway_fini(struct gateway *g)
{
	for (size_t i = 0; i < g->n_listeners; i++)
		listener_free(g->listeners[i]);
	free(g->listeners);
	given_close();
	if (g->crew)
		crew_free(g->crew);
	if (g->pid_fd >= 0)
		pid_file_remove(g->config->pid_file, g->pid_fd);
	if (g->snapshot)
		held_put(&g->snapshot->held);
	else
		config_free(g->config);
	service_fini(&g->service);
	signals_fini(&g->signals);
	if (g->main.scratch)
		worker_fini(&g->main);
	access_flush();
	log_flush();
}

static void gateway_say_started(const struct gateway *g, const char *hello)
{
	log_line(LOG_LEVEL_INFO, "framegate " PACKAGE_VERSION " runs: listeners %zu, routes %zu, "
	    "workers %u", g->n_listeners, g->config->n_routes, g->config->workers);
	if (hello) {
		log_flush();
		fputs(hello, stdout);
		fflush(stdout);
	}
}

int gateway_run(struct config *config, const char *hello)
{
	struct gateway g = {.config = config, .pid_fd = -1};

	signals_block(gateway_signals);
	privileges_raise_files();
	enum fault f = gateway_run_steps(&g);
	if (f == FAULT_NONE) {
		gateway_say_started(&g, hello);
		service_ready(&g.service);
		worker_run(&g.main);
		crew_join(g.crew);
		log_line(LOG_LEVEL_INFO, "stopped");
	}
	gateway_fini(&g);
	return f == FAULT_NONE ? COMMAND_DONE : COMMAND_NO_START;
}
