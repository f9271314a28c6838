#include "process/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "process/notify.h"

enum {
	SERVICE_STATUS = 10 * 1000,	/* ms from one status line to the next */
	SERVICE_TICK = 5 * 1000,	/* ms, where no watchdog is impatient */
	SERVICE_TICKS = 4,		/* looks within the watchdog's patience */
	SERVICE_WORDS = 128
};

static int64_t service_sum(int64_t sum, const _Atomic int64_t *gauge)
{
	return sum + atomic_load_explicit(gauge, memory_order_relaxed);
}

static const char *service_words(const struct service *s, char words[SERVICE_WORDS])
{
	int64_t sessions = 0, connections = 0;

	for (unsigned i = 0; i < s->n_workers; i++) {
		sessions = service_sum(sessions, &s->workers[i]->stats.sessions);
		connections = service_sum(connections, &s->workers[i]->stats.connections);
	}
	snprintf(words, SERVICE_WORDS, "%s: sessions %" PRId64 ", connections %" PRId64,
	    s->stopping ? "stopping" : "running", sessions, connections);
	return words;
}

static void service_on_status(struct timer *t)
{
	struct service *s = LIST_OWNER(t, struct service, status);
	char words[SERVICE_WORDS];

	notify_status(service_words(s, words));
	timer_set(s->main, t, s->main->now + SERVICE_STATUS);
}

static bool service_lives(struct service *s)
{
	const struct pulse_beat *late;

	if (s->stopping)
		return true;
	late = pulse_check(&s->pulse, s->main->now);
	if (late && !s->life->held_up)
		log_line(LOG_LEVEL_ERROR, "worker %u does not answer, for %" PRIu64 " ms so far%s",
		    late->worker->index, s->main->now - late->since, s->watched
		    ? ": the watchdog is not told that all is well" : "");
	if (late == NULL && s->life->held_up)
		log_line(LOG_LEVEL_WARN, "all workers answer again");
	s->life->held_up = late != NULL;
	return late == NULL;
}

static void service_on_watchdog(struct timer *t)
{
	struct service *s = LIST_OWNER(t, struct service, watchdog);

	if (service_lives(s) && s->watched)
		notify_alive();
	timer_set(s->main, t, s->main->now + s->tick);
}

enum fault service_init(struct service *s, struct worker *main, struct worker *const *workers,
    unsigned n, struct life *life)
{
	*s = (struct service){.main = main, .workers = workers, .n_workers = n, .life = life};
	enum fault f = timer_open(main, &s->watchdog, service_on_watchdog);
	if (f == FAULT_NONE)
		f = timer_open(main, &s->status, service_on_status);
	return f == FAULT_NONE ? pulse_init(&s->pulse, workers, n) : f;
}

void service_fini(struct service *s)
{
	pulse_fini(&s->pulse);
	notify_close();
}

void service_ready(struct service *s)
{
	uint64_t patience = notify_patience();
	char words[SERVICE_WORDS];

	notify_ready(service_words(s, words));
	if (notify_wanted())
		timer_set(s->main, &s->status, s->main->now + SERVICE_STATUS);
	s->watched = patience > 0;
	s->tick = s->watched ? (patience + SERVICE_TICKS - 1) / SERVICE_TICKS : SERVICE_TICK;
	timer_set(s->main, &s->watchdog, s->main->now);
}

void service_reloading(struct service *s)
{
	if (!s->stopping)
		notify_reloading();
}

void service_reloaded(struct service *s)
{
	char words[SERVICE_WORDS];

	if (!s->stopping)
		notify_ready(service_words(s, words));
}

void service_stopping(struct service *s)
{
	char words[SERVICE_WORDS];

	s->stopping = true;
	notify_stopping(service_words(s, words));
}

void service_pass_on(struct service *s, pid_t pid)
{
	char words[SERVICE_WORDS];

	notify_main(pid, service_words(s, words));
	notify_close();
	timer_set(s->main, &s->status, CLOCK_NEVER);
}
