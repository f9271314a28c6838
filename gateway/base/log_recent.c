#include "base/log_recent.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"

static pthread_mutex_t log_recent_lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_recent log_recent_ring[LOG_RECENT];
static unsigned log_recent_next;	/* the oldest, which is overwritten next */

void log_recent_put(enum log_level level, struct slice message)
{
	if (level > LOG_LEVEL_WARN)
		return;
	pthread_mutex_lock(&log_recent_lock);
	struct log_recent *line = &log_recent_ring[log_recent_next];
	log_recent_next = (log_recent_next + 1) % LOG_RECENT;
	line->time = clock_wall_ms();
	line->level = level;
	line->n = (uint16_t)(message.n < LOG_RECENT_TEXT ? message.n : LOG_RECENT_TEXT);
	memcpy(line->text, message.p, line->n);
	pthread_mutex_unlock(&log_recent_lock);
}

unsigned log_recent_get(struct log_recent out[LOG_RECENT])
{
	unsigned n = 0;

	pthread_mutex_lock(&log_recent_lock);
	for (unsigned i = 1; i <= LOG_RECENT; i++) {
		const struct log_recent *line =
		    &log_recent_ring[(log_recent_next + LOG_RECENT - i) % LOG_RECENT];
		if (line->time > 0)
			out[n++] = *line;
	}
	pthread_mutex_unlock(&log_recent_lock);
	return n;
}
