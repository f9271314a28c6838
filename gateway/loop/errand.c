#include "loop/errand.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

struct errands *errands_new(unsigned threads)
{
	struct errands *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->most = threads < ERRAND_THREADS ? threads : ERRAND_THREADS;
	list_init(&e->waiting);
	pthread_mutex_init(&e->lock, NULL);
	clock_wait_init(&e->news);
	return e;
}

static struct errand *errand_of(struct letter *l)
{
	return LIST_OWNER(l, struct errand, letter);
}

static void errand_open(struct worker *w, struct letter *l)
{
	struct errand *errand = errand_of(l);
	struct errands *e = errand->errands;

	(void)w;
	pthread_mutex_lock(&e->lock);
	if (e->back-- == ERRAND_BACK)
		pthread_cond_broadcast(&e->news);
	pthread_mutex_unlock(&e->lock);
	errand->done(errand);
}

/* The pool is no more. */
static void errand_drop(struct letter *l)
{
	struct errand *errand = errand_of(l);

	errand->lost(errand);
}

void errand_init(struct errand *errand, struct worker *w, void (*done)(struct errand *),
    void (*lost)(struct errand *))
{
	*errand = (struct errand){.letter = {.open = errand_open, .drop = errand_drop},
	    .worker = w, .done = done, .lost = lost};
	list_init(&errand->link);
}

static struct errand *errands_next(struct errands *e)
{
	if (list_empty(&e->waiting) || e->back >= ERRAND_BACK)
		return NULL;
	e->n_waiting--;
	return LIST_OWNER(list_take(&e->waiting), struct errand, link);
}

/* With the lock held, but not while it runs. */
static void errands_do(struct errands *e, struct errand *errand)
{
	pthread_mutex_unlock(&e->lock);
	errand->run(errand);
	pthread_mutex_lock(&e->lock);
	e->back++;
	if (!e->abandoned)
		worker_post(errand->worker, &errand->letter);
}

static void *errands_thread(void *arg)
{
	struct errands *e = arg;
	struct errand *errand;

	pthread_mutex_lock(&e->lock);
	while (!e->ended) {
		errand = errands_next(e);
		if (errand) {
			errands_do(e, errand);
			continue;
		}
		e->idle++;
		pthread_cond_wait(&e->news, &e->lock);
		e->idle--;
	}
	if (--e->left == 0)
		pthread_cond_broadcast(&e->news);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* One more thread; false when there is none at all. */
static bool errands_grow(struct errands *e)
{
	int error = thread_start(&e->threads[e->n], "errands", errands_thread, e);

	if (error == 0)
		e->left = ++e->n;
	else if (e->n == 0)
		log_fault(FAULT_SYSTEM, "thread for reading files: %s", strerror(error));
	return e->n > 0;
}

enum fault errand_send(struct errands *e, struct errand *errand, void (*run)(struct errand *))
{
	bool sent = true;

	assert(list_empty(&errand->link));
	errand->errands = e;
	errand->run = run;
	pthread_mutex_lock(&e->lock);
	if (++e->n_waiting > e->idle && e->n < e->most)
		sent = errands_grow(e);
	if (sent)
		list_append(&e->waiting, &errand->link);
	else
		e->n_waiting--;
	pthread_cond_signal(&e->news);
	pthread_mutex_unlock(&e->lock);
	return sent ? FAULT_NONE : FAULT_SYSTEM;
}

bool errand_recall(struct errand *errand)
{
	struct errands *e = errand->errands;

	pthread_mutex_lock(&e->lock);
	bool waits = !list_empty(&errand->link);
	list_remove(&errand->link);
	e->n_waiting -= waits;
	pthread_mutex_unlock(&e->lock);
	return waits;
}

bool errands_work(struct errands *e)
{
	pthread_mutex_lock(&e->lock);
	struct errand *errand = errands_next(e);
	if (errand)
		errands_do(e, errand);
	pthread_mutex_unlock(&e->lock);
	return errand != NULL;
}

/* False: one still runs, and may do so for ever: a dead file server holds it. */
static bool errands_end(struct errands *e)
{
	uint64_t until = clock_mono_ms() + ERRAND_PATIENCE, now;

	pthread_mutex_lock(&e->lock);
	e->ended = true;
	pthread_cond_broadcast(&e->news);
	while (e->left > 0 && (now = clock_mono_ms()) < until)
		clock_wait(&e->news, &e->lock, until - now);
	bool all = e->left == 0;
	e->abandoned = !all;
	pthread_mutex_unlock(&e->lock);
	for (unsigned i = 0; i < e->n; i++)
		if (all)
			pthread_join(e->threads[i], NULL);
		else
			pthread_detach(e->threads[i]);
	return all;
}

void errands_free(struct errands *e)
{
	struct list *l;

	if (e == NULL)
		return;
	bool all = errands_end(e);
	while ((l = list_take(&e->waiting)) != NULL) {
		struct errand *errand = LIST_OWNER(l, struct errand, link);
		errand->lost(errand);
	}
	if (!all) {
		log_line(LOG_LEVEL_WARN, "a file is still being read: that is left behind");
		return;
	}
	pthread_cond_destroy(&e->news);
	pthread_mutex_destroy(&e->lock);
	free(e);
}
