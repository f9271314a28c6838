#include "base/log_sink.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log_target.h"
#include "base/thread.h"

enum {
	LOG_SINK_BATCH = 64 * 1024,	/* written at a time */
	LOG_SINK_RETRY = 20		/* ms until a full non-blocking pipe is tried again */
};

/* Stands before each line in the ring. */
struct log_sink_mark {
	uint32_t	n;
	uint32_t	level;
};

struct log_sink {
	pthread_mutex_t			 lock;
	pthread_cond_t			 work;		/* for the thread */
	pthread_cond_t			 idle;		/* for log_sink_flush */
	const struct log_sink_events	*events;
	struct log_target		 next;		/* to use from now on, if next.to is set */
	enum log_target_kind		 kind;		/* of what was configured last */
	bool				 reopen, woken, busy;
	uint64_t			 lost;		/* lines that did not fit */
	size_t				 begin, n;	/* what waits in the ring */
	uint8_t				 ring[LOG_SINK_RING];

	/* of the thread alone */
	struct log_target		 target;
	bool				 failing;
	uint64_t			 unwritten;	/* lines that could not be written */
	size_t				 batch_n;
	unsigned			 batch_lines;
	enum log_level			 batch_level;
	char				 batch[LOG_SINK_BATCH];
};

static void log_sink_ring_copy_in(struct log_sink *s, const void *p, size_t n)
{
	size_t end = (s->begin + s->n) % LOG_SINK_RING;
	size_t first = n < LOG_SINK_RING - end ? n : LOG_SINK_RING - end;

	memcpy(s->ring + end, p, first);
	memcpy(s->ring, (const uint8_t *)p + first, n - first);
	s->n += n;
}

static void log_sink_ring_copy_out(struct log_sink *s, void *p, size_t n, bool take)
{
	size_t first = n < LOG_SINK_RING - s->begin ? n : LOG_SINK_RING - s->begin;

	memcpy(p, s->ring + s->begin, first);
	memcpy((uint8_t *)p + first, s->ring, n - first);
	if (take) {
		s->begin = (s->begin + n) % LOG_SINK_RING;
		s->n -= n;
	}
}

/* The lock is held. False: there is no room for it. */
static bool log_sink_add(struct log_sink *s, enum log_level level, struct slice line)
{
	if (line.n > LOG_SINK_LINE)
		line.n = LOG_SINK_LINE;
	struct log_sink_mark mark = {(uint32_t)line.n, (uint32_t)level};

	if (LOG_SINK_RING - s->n < sizeof(mark) + line.n)
		return false;
	if (s->n == 0)
		pthread_cond_signal(&s->work);
	log_sink_ring_copy_in(s, &mark, sizeof(mark));
	log_sink_ring_copy_in(s, line.p, line.n);
	return true;
}

bool log_sink_try(struct log_sink *s, enum log_level level, struct slice line)
{
	pthread_mutex_lock(&s->lock);
	bool fits = log_sink_add(s, level, line);
	pthread_mutex_unlock(&s->lock);
	return fits;
}

void log_sink_put(struct log_sink *s, enum log_level level, struct slice line)
{
	pthread_mutex_lock(&s->lock);
	if (!log_sink_add(s, level, line))
		s->lost++;
	pthread_mutex_unlock(&s->lock);
}

/* Moves lines from the ring to the batch: many to a file, one to what takes one at a time. */
static void log_sink_gather(struct log_sink *s)
{
	struct log_sink_mark mark;

	s->batch_n = 0;
	s->batch_lines = 0;
	while (s->n > 0) {
		log_sink_ring_copy_out(s, &mark, sizeof(mark), false);
		if (s->batch_n + mark.n + 1 > LOG_SINK_BATCH)
			break;
		log_sink_ring_copy_out(s, &mark, sizeof(mark), true);
		log_sink_ring_copy_out(s, s->batch + s->batch_n, mark.n, true);
		s->batch_n += mark.n;
		s->batch_level = (enum log_level)mark.level;
		s->batch_lines++;
		if (log_target_stamps(s->target.kind))
			break;
		s->batch[s->batch_n++] = '\n';
	}
}

static void log_sink_fail(struct log_sink *s, const char *to, int error)
{
	if (!s->failing)
		s->events->failed(to, error);
	s->failing = true;
}

/* The pipe is full. False: it is to be given up for another target. */
static bool log_sink_pause(struct log_sink *s)
{
	pthread_mutex_lock(&s->lock);
	bool stay = s->next.to == NULL && !s->reopen;
	if (stay)
		clock_wait(&s->work, &s->lock, LOG_SINK_RETRY);
	pthread_mutex_unlock(&s->lock);
	return stay;
}

/* How many line ends are in the part that could not be written. */
static unsigned log_sink_count(struct slice s)
{
	unsigned lines = 0;

	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	return lines;
}

static void log_sink_write(struct log_sink *s)
{
	struct slice rest = {s->batch, s->batch_n};

	for (;;) {
		size_t n = log_target_write(&s->target, s->batch_level, rest);
		rest.p += n;
		rest.n -= n;
		if (rest.n == 0 || errno != EAGAIN || !log_sink_pause(s))
			break;
	}
	if (rest.n > 0) {
		int error = errno;
		s->unwritten += s->target.kind == LOG_TARGET_FILE ? log_sink_count(rest) : 1;
		if (error != EAGAIN)
			log_sink_fail(s, s->target.to, error);
		return;
	}
	s->failing = false;
	if (s->unwritten > 0 && s->events->lost(s->target.to, s->unwritten))
		s->unwritten = 0;
}

static void log_sink_switch(struct log_sink *s, struct log_target *next, bool reopen)
{
	struct log_target t;

	if (next->to == NULL && reopen) {
		int error = log_target_open(&t, s->target.to);
		if (error) {
			log_sink_fail(s, s->target.to, error);
			return;
		}
		*next = t;
	}
	if (next->to == NULL)
		return;
	log_target_close(&s->target);
	s->target = *next;
	s->failing = false;
}

/* One round of work, begun and ended with the lock held. */
static void log_sink_round(struct log_sink *s)
{
	struct log_target next = s->next;
	bool reopen = s->reopen;

	s->next.to = NULL;
	s->reopen = false;
	s->woken = false;
	s->unwritten += s->lost;
	s->lost = 0;
	if (next.to == NULL && !reopen)
		log_sink_gather(s);
	else
		s->batch_n = 0;
	pthread_mutex_unlock(&s->lock);
	log_sink_switch(s, &next, reopen);
	if (s->batch_n > 0)
		log_sink_write(s);
	pthread_mutex_lock(&s->lock);
}

static bool log_sink_has_work(const struct log_sink *s)
{
	return s->n > 0 || s->next.to || s->reopen || s->woken;
}

static bool log_sink_tick(struct log_sink *s)
{
	bool again = false;

	if (s->events->tick) {
		pthread_mutex_unlock(&s->lock);
		again = s->events->tick();
		pthread_mutex_lock(&s->lock);
	}
	return again;
}

static void *log_sink_thread(void *arg)
{
	struct log_sink *s = arg;
	bool ticking = false;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (log_sink_has_work(s))
			log_sink_round(s);
		ticking = log_sink_tick(s);
		if (log_sink_has_work(s))
			continue;
		s->busy = false;
		pthread_cond_broadcast(&s->idle);
		if (ticking)
			clock_wait(&s->work, &s->lock, LOG_SINK_TICK);
		else
			pthread_cond_wait(&s->work, &s->lock);
		s->busy = true;
	}
	return NULL;
}

static int log_sink_start(struct log_sink *s)
{
	pthread_t thread;
	int error = thread_start(&thread, "log", log_sink_thread, s);

	if (error == 0)
		pthread_detach(thread);
	return error;
}

static int log_sink_new(struct log_sink **sink, struct log_target *t,
    const struct log_sink_events *events)
{
	struct log_sink *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ENOMEM;
	s->events = events;
	s->target = *t;
	s->kind = t->kind;
	s->busy = true;
	pthread_mutex_init(&s->lock, NULL);
	clock_wait_init(&s->work);
	clock_wait_init(&s->idle);
	int error = log_sink_start(s);
	if (error)
		free(s);
	else
		*sink = s;
	return error;
}

int log_sink_open(struct log_sink **sink, const char *to, const struct log_sink_events *events)
{
	struct log_sink *s = *sink;
	struct log_target t, unused;

	int error = log_target_open(&t, to);
	if (error)
		return error;
	if (s == NULL) {
		error = log_sink_new(sink, &t, events);
		if (error)
			log_target_close(&t);
		return error;
	}
	pthread_mutex_lock(&s->lock);
	unused = s->next;
	s->next = t;
	s->kind = t.kind;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	if (unused.to)
		log_target_close(&unused);
	return 0;
}

bool log_sink_stamps(struct log_sink *s)
{
	pthread_mutex_lock(&s->lock);
	bool stamps = log_target_stamps(s->kind);
	pthread_mutex_unlock(&s->lock);
	return stamps;
}

void log_sink_reopen(struct log_sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->reopen = true;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

void log_sink_wake(struct log_sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->woken = true;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

bool log_sink_flush(struct log_sink *s, uint64_t ms)
{
	bool done;

	pthread_mutex_lock(&s->lock);
	while (!(done = !s->busy && !log_sink_has_work(s)) && ms > 0) {
		uint64_t step = ms < LOG_SINK_RETRY ? ms : LOG_SINK_RETRY;
		clock_wait(&s->idle, &s->lock, step);
		ms -= step;
	}
	pthread_mutex_unlock(&s->lock);
	return done;
}
