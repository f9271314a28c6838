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
#include "net/given.h"
#include "process/attendant.h"
#include "process/command.h"
#include "process/logs.h"
#include "process/notify.h"
#include "process/pid_file.h"
#include "process/privileges.h"
#include "process/reload.h"
#include "process/service.h"
#include "process/signals.h"
#include "route/route.h"

enum { GATEWAY_WAKE = SIGALRM };	/* what other threads wake the main thread with */

struct gateway {
	struct config		*config;	/* until there is a snapshot */
	const char		*file;
	struct worker		 main;		/* this thread's own loop: signals, and the clock */
	struct signals		 signals;
	struct regime		 regime;
	struct reload		*reload;
	struct service		 service;
	struct letter		 stop;
	uint64_t		 stop_timeout;
	int			 pid_fd;
	bool			 stopping, hurrying;
};

static const struct http_site gateway_site = {
	.route = route_exchange,
	.done = exchange_record_write,
};

/* What is in force; of the main thread. */
static const struct config *gateway_config(const struct gateway *g)
{
	return g->regime.snapshot->config;
}

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
	enum fault f = snapshot_new(config, NULL, &g->regime.snapshot);
	if (f != FAULT_NONE)
		return f;
	held_get(&config->held);
	g->regime.started = config;
	return f;
}

static enum fault gateway_bind(struct gateway *g)
{
	struct regime *regime = &g->regime;
	enum fault f = given_open();

	if (f == FAULT_NONE)
		f = doors_open(regime->snapshot, NULL, &regime->doors);
	if (f == FAULT_NONE)
		f = attendant_new(regime->started, &regime->attendant);
	if (f == FAULT_NONE)
		given_close_rest(gateway_config(g));
	return f;
}

static enum fault gateway_open_logs(struct gateway *g)
{
	return logs_open(gateway_config(g));
}

static enum fault gateway_write_pid(struct gateway *g)
{
	const char *file = gateway_config(g)->pid_file;

	return file ? pid_file_write(file, &g->pid_fd) : FAULT_NONE;
}

static enum fault gateway_drop_privileges(struct gateway *g)
{
	return privileges_drop(gateway_config(g)->user, gateway_config(g)->group);
}

static void gateway_wake(void)
{
	kill(getpid(), GATEWAY_WAKE);
}

/* The first worker accepts, for all of them. Its thread does not run yet. */
static enum fault gateway_make_crew(struct gateway *g)
{
	struct regime *regime = &g->regime;
	enum fault f = crew_new(gateway_config(g)->workers, &gateway_site,
	    &regime->snapshot->held, gateway_wake, &regime->crew);
	unsigned n;

	if (f != FAULT_NONE)
		return f;
	struct worker *const *workers = crew_workers(regime->crew, &n);
	f = doors_prepare(regime->doors, workers[0], workers, n);
	if (f == FAULT_NONE)
		doors_start(regime->doors, NULL);
	return f;
}

static enum fault gateway_make_reload(struct gateway *g)
{
	g->reload = reload_new(g->file, &g->regime, gateway_wake);
	return g->reload ? FAULT_NONE : FAULT_NO_MEMORY;
}

static enum fault gateway_start_crew(struct gateway *g)
{
	enum fault f = crew_start(g->regime.crew);

	if (f != FAULT_NONE) {
		crew_hurry(g->regime.crew);
		crew_join(g->regime.crew);
	}
	return f;
}

static enum fault gateway_start_attendant(struct gateway *g)
{
	struct regime *regime = &g->regime;
	enum fault f = attendant_start(regime->attendant, regime->crew, &regime->life,
	    &regime->snapshot->held);

	if (f != FAULT_NONE) {
		crew_hurry(regime->crew);
		crew_join(regime->crew);
	}
	return f;
}

static enum fault gateway_make_service(struct gateway *g)
{
	unsigned n;
	struct worker *const *workers = crew_workers(g->regime.crew, &n);

	notify_open();
	return service_init(&g->service, &g->main, workers, n, &g->regime.life);
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
	gateway_make_reload,
	gateway_make_service,
	gateway_start_crew,
	gateway_start_attendant,
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
	doors_stop(g->regime.doors);
	g->regime.closed = true;
	crew_stop(g->regime.crew, g->stop_timeout);
}

static void gateway_stop(void *gateway)
{
	struct gateway *g = gateway;
	unsigned n;

	if (!g->stopping) {
		log_line(LOG_LEVEL_INFO, "stopping: sessions are closed within %llu s",
		    (unsigned long long)(gateway_config(g)->stop_timeout + 999) / 1000);
		g->stopping = true;
		service_stopping(&g->service);
		g->regime.life.leaving = true;
		g->stop_timeout = gateway_config(g)->stop_timeout;
		g->stop.open = gateway_on_stop;
		worker_post(crew_workers(g->regime.crew, &n)[0], &g->stop);
	} else if (!g->hurrying) {
		log_line(LOG_LEVEL_INFO, "stopping at once");
		g->hurrying = true;
		crew_hurry(g->regime.crew);
	}
}

static void gateway_reopen(void *gateway)
{
	(void)gateway;
	logs_reopen();
}

static void gateway_reloaded(void *gateway, const struct reload_answer *answer)
{
	struct gateway *g = gateway;

	(void)answer;	/* who sends a signal reads the log */
	service_reloaded(&g->service);
}

static void gateway_reload(void *gateway)
{
	struct gateway *g = gateway;

	service_reloading(&g->service);
	reload_request(g->reload, gateway_reloaded, g);
}

static void gateway_refuse_upgrade(void *gateway)
{
	(void)gateway;
	log_line(LOG_LEVEL_WARN, "binary upgrade is not supported yet");
}

static void gateway_look(void *gateway)
{
	struct gateway *g = gateway;

	reload_step(g->reload);
	if (crew_has_ended(g->regime.crew))
		worker_stop(&g->main);
}

static const struct signals_row gateway_signals[] = {
	{SIGTERM, gateway_stop},
	{SIGINT, gateway_stop},
	{SIGUSR1, gateway_reopen},
	{SIGHUP, gateway_reload},
	{SIGUSR2, gateway_refuse_upgrade},
	{GATEWAY_WAKE, gateway_look},
	{0, NULL},
};

static enum fault gateway_run_steps(struct gateway *g)
{
	/* Beyond the workers and the attendant. */
	enum fault f = worker_init(&g->main, g->config->workers + 1, true);

	if (f == FAULT_NONE)
		f = signals_init(&g->signals, &g->main, gateway_signals, g);
	return f == FAULT_NONE ? gateway_start(g) : f;
}

/* A thread that hangs in the kernel may still look at what is in force: that stays then. */
static void gateway_fini(struct gateway *g)
{
	struct regime *regime = &g->regime;
	bool alone = reload_free(g->reload);

	attendant_free(regime->attendant);
	if (alone)
		doors_free(regime->doors);
	given_close();
	if (regime->crew)
		crew_free(regime->crew);
	if (g->pid_fd >= 0)
		pid_file_remove(regime->started->pid_file, g->pid_fd);
	if (alone && regime->snapshot)
		held_put(&regime->snapshot->held);
	config_free(regime->started);
	config_free(g->config);
	service_fini(&g->service);
	signals_fini(&g->signals);
	if (g->main.scratch)
		worker_fini(&g->main);
	logs_flush();
}

static void gateway_say_started(struct gateway *g, const char *hello)
{
	g->regime.life.ready = true;
	log_line(LOG_LEVEL_INFO, "framegate " PACKAGE_VERSION " runs: listeners %zu, routes %zu, "
	    "workers %u", gateway_config(g)->n_listeners, gateway_config(g)->n_routes,
	    gateway_config(g)->workers);
	if (hello) {
		log_flush();
		fputs(hello, stdout);
		fflush(stdout);
	}
}

int gateway_run(struct config *config, const char *file, const char *hello)
{
	struct gateway g = {.config = config, .file = file, .pid_fd = -1};

	signals_block(gateway_signals);
	privileges_raise_files();
	life_begin(&g.regime.life);
	enum fault f = gateway_run_steps(&g);
	if (f == FAULT_NONE) {
		gateway_say_started(&g, hello);
		service_ready(&g.service);
		worker_run(&g.main);
		attendant_stop(g.regime.attendant);
		crew_join(g.regime.crew);
		log_line(LOG_LEVEL_INFO, "stopped");
	}
	gateway_fini(&g);
	return f == FAULT_NONE ? COMMAND_DONE : COMMAND_NO_START;
}
