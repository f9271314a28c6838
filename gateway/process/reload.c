#include "process/reload.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "process/build.h"
#include "process/logs.h"

enum { RELOAD_PATIENCE = 2000 };	/* ms for a thread that hangs in the kernel, at the end */

struct reload_wish {
	struct reload_wish	 *next;
	reload_done		 *done;
	void			 *arg;
};

enum reload_state {
	RELOAD_IDLE,
	RELOAD_BUILDING,	/* the thread has it */
	RELOAD_BUILT,
	RELOAD_CHANGING,	/* the workers have it */
	RELOAD_CHANGED
};

struct reload {
	const char		*file;
	struct regime		*regime;
	void			(*wake)(void);
	const struct reload_events *events;
	void			*owner;
	pthread_mutex_t		 lock;		/* for state, wishes and status */
	pthread_cond_t		 built;
	enum reload_state	 state;
	struct reload_wish	*wishes;	/* for the next one */
	struct reload_status	 status;
	/* Whose they are, state says. */
	struct reload_wish	*served;	/* by the one that is under way */
	struct build		 build;
	struct letter		 letter;	/* to the first worker */
	bool			 failed;	/* there */
	pthread_t		 thread;
};

static enum reload_state reload_state(struct reload *r)
{
	pthread_mutex_lock(&r->lock);
	enum reload_state state = r->state;
	pthread_mutex_unlock(&r->lock);
	return state;
}

static void reload_set(struct reload *r, enum reload_state state)
{
	pthread_mutex_lock(&r->lock);
	r->state = state;
	pthread_mutex_unlock(&r->lock);
}

static void reload_pass(struct reload *r, enum reload_state state)
{
	reload_set(r, state);
	r->wake();
}

static void *reload_thread(void *arg)
{
	struct reload *r = arg;

	build_make(&r->build, r->file, r->regime);
	reload_pass(r, RELOAD_BUILT);
	pthread_cond_signal(&r->built);
	return NULL;
}

static void reload_answer(struct reload *r, bool done)
{
	const struct reload_answer answer = {done, r->build.words ? r->build.words : "",
	    r->build.errors, r->build.warnings};
	struct reload_wish *wish = r->served, *next;

	r->served = NULL;
	for (; wish; wish = next) {
		next = wish->next;
		wish->done(wish->arg, &answer);
		free(wish);
	}
}

static void reload_note(struct reload *r, bool done)
{
	pthread_mutex_lock(&r->lock);
	r->status.fine = done;
	r->status.tried = clock_wall_ms();
	if (done) {
		r->status.number++;
		r->status.since = r->status.tried;
	}
	pthread_mutex_unlock(&r->lock);
}

static void reload_attend(struct reload *r)
{
	struct regime *regime = r->regime;
	struct held *snapshot = &regime->snapshot->held;

	if (!r->build.attendant_changes) {
		attendant_renew(regime->attendant, snapshot);
		return;
	}
	if (attendant_start(r->build.attendant, regime->crew, &regime->life, snapshot,
	    &regime->acts) != FAULT_NONE) {
		log_line(LOG_LEVEL_ERROR, "reload: admins are served as before");
		attendant_renew(regime->attendant, snapshot);
		return;
	}
	attendant_stop(regime->attendant);
	attendant_free(regime->attendant);
	regime->attendant = r->build.attendant;
	r->build.attendant = NULL;
}

static void reload_end(struct reload *r, bool done)
{
	struct reload_status status;

	reload_note(r, done);
	life_reloaded(&r->regime->life, done);
	reload_status(r, &status);
	if (done)
		log_line(LOG_LEVEL_INFO, "reload: configuration %u is in force: listeners %zu, "
		    "routes %zu", status.number, r->regime->snapshot->config->n_listeners,
		    r->regime->snapshot->config->n_routes);
	else
		log_line(LOG_LEVEL_ERROR, "reload: failed (errors: %u); configuration %u stays in "
		    "force", r->build.errors, status.number);
	r->events->ended(r->owner);
	reload_answer(r, done);
	if (done)
		reload_attend(r);	/* after it has had the answer to who asked it */
	build_clear(&r->build);
	reload_set(r, RELOAD_IDLE);
}

/* What failed is no mistake of the file. */
static void reload_fail(struct reload *r, const char *why)
{
	free(r->build.words);
	r->build.words = strdup(why);
	r->build.errors++;
	log_line(LOG_LEVEL_ERROR, "reload: %s", why);
	reload_end(r, false);
}

static void reload_renewed(void *arg)
{
	reload_pass(arg, RELOAD_CHANGED);
}

/* On the worker that accepts. From here on nothing can fail. */
static void reload_change(struct worker *w, struct letter *l)
{
	struct reload *r = LIST_OWNER(l, struct reload, letter);
	struct regime *regime = r->regime;
	struct worker *const *workers;
	unsigned n;

	workers = crew_workers(regime->crew, &n);
	r->failed = regime->closed || doors_prepare(r->build.doors, w, workers, n) !=
	    FAULT_NONE;
	if (r->failed) {
		reload_pass(r, RELOAD_CHANGED);
		return;
	}
	doors_start(r->build.doors, regime->doors);
	regime->doors = r->build.doors;
	r->build.doors = NULL;
	crew_renew(regime->crew, &r->build.snapshot->held, reload_renewed, r);
}

static void reload_begin(struct reload *r, struct reload_wish *wishes)
{
	r->served = wishes;
	r->events->begins(r->owner);
	if (r->file == NULL) {
		reload_fail(r, "there is no configuration file to read\n");
		return;
	}
	log_line(LOG_LEVEL_INFO, "reload: reading %s", r->file);
	reload_set(r, RELOAD_BUILDING);
	if (thread_start(&r->thread, "reload", reload_thread, r) != 0)
		reload_fail(r, "there is no thread to read the configuration\n");
}

static void reload_commit(struct reload *r)
{
	unsigned n;

	pthread_join(r->thread, NULL);
	if (r->build.snapshot == NULL) {
		reload_end(r, false);
		return;
	}
	if (logs_open(r->build.snapshot->config) != FAULT_NONE) {
		reload_fail(r, "a log cannot be opened\n");
		return;
	}
	reload_set(r, RELOAD_CHANGING);
	r->letter = (struct letter){.open = reload_change};
	worker_post(crew_workers(r->regime->crew, &n)[0], &r->letter);
}

static void reload_finish(struct reload *r)
{
	if (r->failed) {
		if (logs_open(r->regime->snapshot->config) != FAULT_NONE)
			log_line(LOG_LEVEL_ERROR, "reload: the logs of before cannot be opened");
		reload_fail(r, "the gateway is stopping, or out of memory\n");
		return;
	}
	struct snapshot *before = r->regime->snapshot;
	r->regime->snapshot = r->build.snapshot;
	r->build.snapshot = NULL;
	held_put(&before->held);
	reload_end(r, true);
}

static struct reload_wish *reload_take_wishes(struct reload *r)
{
	pthread_mutex_lock(&r->lock);
	struct reload_wish *wishes = r->wishes;
	r->wishes = NULL;
	pthread_mutex_unlock(&r->lock);
	return wishes;
}

void reload_step(struct reload *r)
{
	struct reload_wish *wishes;

	if (reload_state(r) == RELOAD_BUILT)
		reload_commit(r);
	if (reload_state(r) == RELOAD_CHANGED)
		reload_finish(r);
	while (reload_state(r) == RELOAD_IDLE && (wishes = reload_take_wishes(r)) != NULL)
		reload_begin(r, wishes);
}

void reload_request(struct reload *r, reload_done *done, void *arg)
{
	struct reload_wish *wish = malloc(sizeof(*wish));

	if (wish == NULL) {
		log_fault(FAULT_NO_MEMORY, "reload");
		done(arg, &(struct reload_answer){.words = "out of memory\n", .errors = 1});
		return;
	}
	wish->done = done;
	wish->arg = arg;
	pthread_mutex_lock(&r->lock);
	wish->next = r->wishes;
	r->wishes = wish;
	pthread_mutex_unlock(&r->lock);
	r->wake();
}

void reload_status(struct reload *r, struct reload_status *status)
{
	pthread_mutex_lock(&r->lock);
	*status = r->status;
	pthread_mutex_unlock(&r->lock);
}

struct reload *reload_new(const char *file, struct regime *regime, void (*wake)(void),
    const struct reload_events *events, void *owner)
{
	struct reload *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	clock_wait_init(&r->built);
	r->file = file;
	r->regime = regime;
	r->wake = wake;
	r->events = events;
	r->owner = owner;
	r->status = (struct reload_status){.number = 1, .since = clock_wall_ms(), .fine = true};
	return r;
}

/* False: it hangs in the kernel, for a file that does not come. */
static bool reload_join(struct reload *r)
{
	uint64_t until = clock_mono_ms() + RELOAD_PATIENCE, now;

	pthread_mutex_lock(&r->lock);
	while (r->state == RELOAD_BUILDING && (now = clock_mono_ms()) < until)
		clock_wait(&r->built, &r->lock, until - now);
	enum reload_state state = r->state;
	pthread_mutex_unlock(&r->lock);
	if (state == RELOAD_BUILT)
		pthread_join(r->thread, NULL);
	return state != RELOAD_BUILDING;
}

bool reload_free(struct reload *r)
{
	struct reload_wish **end;

	if (r == NULL)
		return true;
	bool joined = reload_join(r);
	for (end = &r->served; *end; end = &(*end)->next)
		continue;
	*end = reload_take_wishes(r);
	if (joined)
		free(r->build.words);
	r->build.words = NULL;
	reload_answer(r, false);
	if (!joined) {
		log_line(LOG_LEVEL_WARN, "the configuration is still being read: that is left "
		    "behind");
		return false;
	}
	build_clear(&r->build);
	pthread_cond_destroy(&r->built);
	pthread_mutex_destroy(&r->lock);
	free(r);
	return true;
}
