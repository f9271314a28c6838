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
#include "net/bound.h"
#include "net/given.h"
#include "process/attendant.h"
#include "process/command.h"
#include "process/elder.h"
#include "process/handover.h"
#include "process/launcher.h"
#include "process/logs.h"
#include "process/notify.h"
#include "process/pid_file.h"
#include "process/privileges.h"
#include "process/reload.h"
#include "process/sandbox.h"
#include "process/service.h"
#include "process/signals.h"
#include "process/upgrade.h"
#include "route/route.h"

enum {
	GATEWAY_WAKE = SIGALRM,		/* what other threads wake the main thread with */
	GATEWAY_FORGETS = 1000		/* ms from one look at those that have ended to the next */
};

struct gateway {
	struct config		*config;	/* until there is a snapshot */
	const char		*file;
	struct worker		 main;		/* this thread's own loop: signals, and the clock */
	struct signals		 signals;
	struct regime		 regime;
	struct reload		*reload;
	struct service		 service;
	struct sandbox		 sandbox;
	struct handover		 handover;	/* from the program before */
	struct elders		*elders;	/* those before it */
	struct timer		 forgetting;	/* of those that have ended */
	struct upgrade		*upgrade;	/* to the one that comes */
	struct elder		 elder;		/* what this process is then */
	int			 launcher;
	struct letter		 start, stop, retire;
	uint64_t		 stop_timeout, drain;
	int			 pid_fd;
	const char		*hello;
	bool			 serves;	/* this process is the service */
	bool			 stopping, hurrying;
	_Atomic bool		 retired;	/* it does not accept any more: another one shall */
};

/* A request that came by the program that serves now is recorded there: nobody counts it here. */
static void gateway_record(struct exchange *x)
{
	if (x->client->counts)
		exchange_record_write(x);
}

static const struct http_site gateway_site = {
	.route = route_exchange,
	.done = gateway_record,
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

/* Keys are read from here on. */
static enum fault gateway_make_snapshot(struct gateway *g)
{
	struct config *config = g->config;

	sandbox_hide_memory(config);
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
	enum fault f = file ? pid_file_open(file, &g->pid_fd) : FAULT_NONE;

	if (f != FAULT_NONE || file == NULL || handover_is_due(&g->handover))
		return f;
	return pid_file_write(file, g->pid_fd);
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
	for (unsigned i = 0; i < n; i++)
		workers[i]->gateway->elders = g->elders;
	f = doors_prepare(regime->doors, workers[0], workers, n);
	if (f == FAULT_NONE && !handover_is_due(&g->handover))
		doors_start(regime->doors, NULL);
	return f;
}

/* Threads that come later are in it from their beginning. */
static enum fault gateway_enter_sandbox(struct gateway *g)
{
	return sandbox_enter(&g->sandbox, &g->main, gateway_config(g));
}

static void gateway_reload_begins(void *gateway)
{
	service_reloading(&((struct gateway *)gateway)->service);
}

static void gateway_reload_ended(void *gateway)
{
	service_reloaded(&((struct gateway *)gateway)->service);
}

static const struct reload_events gateway_reload_events = {
	.begins = gateway_reload_begins,
	.ended = gateway_reload_ended,
};

static enum fault gateway_make_reload(struct gateway *g)
{
	g->reload = reload_new(g->file, &g->regime, gateway_wake, &gateway_reload_events, g);
	return g->reload ? FAULT_NONE : FAULT_NO_MEMORY;
}

/* What already runs ends. */
static enum fault gateway_unless(enum fault f, struct gateway *g)
{
	if (f != FAULT_NONE) {
		attendant_stop(g->regime.attendant);
		crew_hurry(g->regime.crew);
		crew_join(g->regime.crew);
	}
	return f;
}

static enum fault gateway_start_crew(struct gateway *g)
{
	return gateway_unless(crew_start(g->regime.crew), g);
}

static enum fault gateway_start_attendant(struct gateway *g)
{
	struct regime *regime = &g->regime;

	return gateway_unless(attendant_start(regime->attendant, regime->crew, &regime->life,
	    &regime->snapshot->held, &regime->acts), g);
}

static enum fault gateway_make_service(struct gateway *g)
{
	unsigned n;
	struct worker *const *workers = crew_workers(g->regime.crew, &n);

	return service_init(&g->service, &g->main, workers, n, &g->regime.life);
}

/* The first worker does not accept any more: the rest is for the new program. */
static void gateway_pass_on(struct gateway *g)
{
	struct regime *regime = &g->regime;

	g->serves = false;
	attendant_stop(regime->attendant);
	attendant_free(regime->attendant);
	regime->attendant = NULL;
	given_close();
	service_pass_on(&g->service, upgrade_successor(g->upgrade));
	upgrade_pass(g->upgrade);
}

static void gateway_on_retire(struct worker *w, struct letter *l)
{
	struct gateway *g = LIST_OWNER(l, struct gateway, retire);

	(void)w;
	doors_stop(g->regime.doors);
	g->regime.closed = true;
	crew_retire(g->regime.crew, g->drain);
	g->retired = true;
	gateway_wake();
}

static void gateway_retire(void *gateway)
{
	struct gateway *g = gateway;
	unsigned n;

	struct worker *first = crew_workers(g->regime.crew, &n)[0];

	bound_disown();
	if (elder_begin(&g->elder, &g->main, upgrade_door(g->upgrade), first,
	    &gateway_config(g)->limits) != FAULT_NONE)
		log_fault(FAULT_NO_MEMORY, "upgrade: the new program cannot ask for sessions");
	g->regime.life.leaving = true;
	g->drain = gateway_config(g)->drain;
	g->retire.open = gateway_on_retire;
	worker_post(first, &g->retire);
}

static const struct upgrade_events gateway_upgrade_events = {
	.ready = gateway_retire,
};

static void gateway_forget(struct timer *t)
{
	struct gateway *g = LIST_OWNER(t, struct gateway, forgetting);

	elders_forget(g->elders);
	if (elders_are_there(g->elders))
		timer_set(&g->main, t, g->main.now + GATEWAY_FORGETS);
}

static enum fault gateway_make_upgrade(struct gateway *g)
{
	int launcher = g->launcher;
	enum fault f = timer_open(&g->main, &g->forgetting, gateway_forget);

	g->launcher = -1;
	return f != FAULT_NONE ? f : upgrade_new(&g->main, launcher, g->elders,
	    &gateway_upgrade_events, g, &g->upgrade);
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
		upgrade_give_up(g->upgrade);
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

/* Who sends a signal reads the log. */
static void gateway_reloaded(void *gateway, const struct reload_answer *answer)
{
	(void)gateway;
	(void)answer;
}

static void gateway_reload(void *gateway)
{
	struct gateway *g = gateway;

	if (!g->regime.life.ready) {
		log_line(LOG_LEVEL_WARN, "reload: this program is not the service yet");
		return;
	}
	reload_request(g->reload, gateway_reloaded, g);
}

static void gateway_answer_wish(void *wish, const struct reload_answer *a)
{
	control_reloaded(wish, a->done, a->words, a->errors, a->warnings);
}

/* On an admin's thread. */
static void gateway_act_reload(void *arg, struct control_wish *wish)
{
	const struct gateway *g = arg;

	reload_request(g->reload, gateway_answer_wish, wish);
}

static void gateway_act_stop(void *arg)
{
	(void)arg;
	kill(getpid(), SIGTERM);
}

static void gateway_upgrade(void *gateway)
{
	struct gateway *g = gateway;

	if (g->regime.life.ready)
		upgrade_begin(g->upgrade, gateway_config(g)->upgrade_timeout);
	else
		log_line(LOG_LEVEL_WARN, "upgrade: this program is not the service yet");
}

static void gateway_look(void *gateway)
{
	struct gateway *g = gateway;

	reload_step(g->reload);
	if (g->retired && g->serves)
		gateway_pass_on(g);
	if (crew_has_ended(g->regime.crew))
		worker_stop(&g->main);
}

static const struct signals_row gateway_signals[] = {
	{SIGTERM, gateway_stop},
	{SIGINT, gateway_stop},
	{SIGUSR1, gateway_reopen},
	{SIGHUP, gateway_reload},
	{SIGUSR2, gateway_upgrade},
	{GATEWAY_WAKE, gateway_look},
	{0, NULL},
};

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
	if (g->pid_fd >= 0 && g->serves)
		pid_file_remove(regime->started->pid_file, g->pid_fd);
	else if (g->pid_fd >= 0)
		close(g->pid_fd);
	if (alone && regime->snapshot)
		held_put(&regime->snapshot->held);
	config_free(regime->started);
	config_free(g->config);
	service_fini(&g->service);
	signals_fini(&g->signals);
	handover_fini(&g->handover);
	elder_fini(&g->elder);
	sandbox_fini(&g->sandbox);
	upgrade_free(g->upgrade);
	launcher_stop(g->launcher);
	elders_free(g->elders);
	if (g->main.scratch)
		worker_fini(&g->main);
	logs_flush();
}

static void gateway_on_start(struct worker *w, struct letter *l)
{
	struct gateway *g = LIST_OWNER(l, struct gateway, start);

	(void)w;
	if (!g->regime.closed)
		doors_start(g->regime.doors, NULL);
}

static void gateway_say_started(struct gateway *g)
{
	log_line(LOG_LEVEL_INFO, "framegate " PACKAGE_VERSION " runs: listeners %zu, routes %zu, "
	    "workers %u", gateway_config(g)->n_listeners, gateway_config(g)->n_routes,
	    gateway_config(g)->workers);
	if (g->hello) {
		log_flush();
		fputs(g->hello, stdout);
		fflush(stdout);
	}
}

static void gateway_serve(void *gateway)
{
	struct gateway *g = gateway;

	g->serves = true;
	g->regime.life.ready = true;
	notify_open();
	gateway_say_started(g);
	service_ready(&g->service);
}

/* The program before does not accept any more; whoever came since is in the sockets' queues. */
static void gateway_take_over(void *gateway)
{
	struct gateway *g = gateway;
	unsigned n;

	bound_own();
	timer_set(&g->main, &g->forgetting, g->main.now + GATEWAY_FORGETS);
	if (g->pid_fd >= 0 &&
	    pid_file_write(g->regime.started->pid_file, g->pid_fd) != FAULT_NONE)
		log_line(LOG_LEVEL_WARN, "pid_file: it names the program before");
	g->start.open = gateway_on_start;
	worker_post(crew_workers(g->regime.crew, &n)[0], &g->start);
	gateway_serve(g);
}

static enum fault gateway_begin(struct gateway *g)
{
	enum fault f = FAULT_NONE;

	if (handover_is_due(&g->handover))
		f = handover_ready(&g->handover, &g->main, gateway_take_over, g);
	else
		gateway_serve(g);
	return gateway_unless(f, g);
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
	gateway_make_upgrade,
	gateway_enter_sandbox,
	gateway_start_crew,
	gateway_start_attendant,
	gateway_begin,
};

static enum fault gateway_start(struct gateway *g)
{
	enum fault f = FAULT_NONE;

	for (size_t i = 0; i < sizeof(gateway_steps) / sizeof(gateway_steps[0]); i++)
		if (f == FAULT_NONE)
			f = gateway_steps[i](g);
	return f;
}

static enum fault gateway_run_steps(struct gateway *g)
{
	/* Beyond the workers and the attendant. */
	enum fault f = worker_init(&g->main, g->config->workers + 1, true);

	if (f == FAULT_NONE)
		f = signals_init(&g->signals, &g->main, gateway_signals, g);
	return f == FAULT_NONE ? gateway_start(g) : f;
}

int gateway_run(struct config *config, const char *file, const char *hello)
{
	struct gateway g = {.config = config, .file = file, .hello = hello, .pid_fd = -1};

	signals_block(gateway_signals);
	handover_open(&g.handover);
	g.elders = handover_elders();
	g.serves = !handover_is_due(&g.handover);
	g.launcher = launcher_start();
	privileges_raise_files();
	life_begin(&g.regime.life);
	g.regime.acts = (struct control_acts){gateway_act_stop, gateway_act_reload, &g};
	enum fault f = gateway_run_steps(&g);
	if (f == FAULT_NONE) {
		worker_run(&g.main);
		attendant_stop(g.regime.attendant);
		crew_join(g.regime.crew);
		log_line(LOG_LEVEL_INFO, "stopped");
	}
	gateway_fini(&g);
	return f == FAULT_NONE ? COMMAND_DONE : COMMAND_NO_START;
}
