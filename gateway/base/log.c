#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_recent.h"
#include "base/log_sink.h"
#include "base/log_text.h"

enum {
	LOG_CONTEXT = 3840,		/* what the caller says … */
	LOG_MESSAGE = 4096,		/* … with the words of a fault */
	LOG_LINE = LOG_MESSAGE + 512	/* … and time and level */
};

static const char *const log_levels[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* How often a fault came in its window. */
struct log_limit {
	uint64_t	 begin;		/* clock_mono_ms(); 0: no window */
	uint64_t	 count;
};

static struct log_sink *_Atomic log_to;		/* NULL: straight to stderr, before log_configure */
static _Atomic enum log_level log_level = LOG_LEVEL_INFO;
static _Atomic enum log_format log_format = LOG_FORMAT_TEXT;
static pthread_mutex_t log_limit_lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_limit log_limits[FAULT_COUNT];
static _Thread_local struct log_tap *log_tap;

static void log_build_text(struct log_text *t, enum log_level level, struct slice message,
    bool stamped)
{
	if (!stamped) {
		log_text_time(t, clock_wall_ms());
		log_text_printf(t, " %s: ", log_levels[level]);
	}
	log_text_value(t, LOG_STYLE_PLAIN, message, LOG_MESSAGE);
}

static void log_build_json(struct log_text *t, enum log_level level, enum fault f,
    struct slice message)
{
	log_text_add(t, "{\"time\":\"");
	log_text_time(t, clock_wall_ms());
	log_text_printf(t, "\",\"level\":\"%s\"", log_levels[level]);
	if (f != FAULT_NONE)
		log_text_printf(t, ",\"fault\":\"%s\"", fault_name(f));
	log_text_add(t, ",\"message\":\"");
	log_text_value(t, LOG_STYLE_JSON, message, LOG_MESSAGE);
	log_text_add(t, "\"}");
}

/* One write, so that lines of several processes do not mix. */
static void log_put_stderr(struct log_text *t)
{
	log_text_add(t, "\n");
	ssize_t n = write(STDERR_FILENO, t->p, t->n);
	(void)n;	/* there is nobody left to tell */
}

static void log_build(struct log_text *t, struct log_sink *sink, enum log_level level, enum fault f,
    struct slice message)
{
	if (atomic_load(&log_format) == LOG_FORMAT_JSON)
		log_build_json(t, level, f, message);
	else
		log_build_text(t, level, message, sink && log_sink_stamps(sink));
}

static void log_put(enum log_level level, enum fault f, struct slice message)
{
	struct log_sink *sink = atomic_load(&log_to);
	char line[LOG_LINE];
	struct log_text t = {line, 0, sizeof(line)};

	log_recent_put(level, message);
	log_build(&t, sink, level, f, message);
	if (sink)
		log_sink_put(sink, level, (struct slice){t.p, t.n});
	else
		log_put_stderr(&t);
}

static void __attribute__((format(printf, 4, 0)))
log_format_put(enum log_level level, enum fault f, bool text, const char *fmt, va_list ap)
{
	char message[LOG_MESSAGE];
	struct log_text t = {message, 0, sizeof(message)};
	int n = vsnprintf(message, LOG_CONTEXT, fmt, ap);

	t.n = n < 0 ? 0 : (size_t)n;
	if (t.n >= LOG_CONTEXT) {
		t.n = LOG_CONTEXT - 1;
		log_text_add(&t, "...");
	}
	if (text) {
		log_text_add(&t, ": ");
		log_text_add(&t, fault_text(f));
	}
	if (log_tap)
		log_tap->heard(log_tap, level, (struct slice){t.p, t.n});
	if (log_wanted(level))
		log_put(level, f, (struct slice){t.p, t.n});
}

/* What was left out of a window that is over; 0: nothing. The lock is held. */
static uint64_t log_limit_close(struct log_limit *l, uint64_t now)
{
	uint64_t more = l->count > LOG_BURST ? l->count - LOG_BURST : 0;

	if (l->begin == 0 || now - l->begin < LOG_WINDOW)
		return 0;
	l->begin = 0;
	l->count = 0;
	return more;
}

static void log_limit_tell(enum fault f, uint64_t more)
{
	char message[256];

	int n = snprintf(message, sizeof(message), "%llu more in %d s: %s",
	    (unsigned long long)more, LOG_WINDOW / 1000, fault_text(f));
	log_put(fault_level(f), f, (struct slice){message, (size_t)n});
}

/* Tells what was left out; true: there is more to tell later. */
static bool log_tick(void)
{
	uint64_t now = clock_mono_ms();
	bool again = false;

	for (int f = 1; f < FAULT_COUNT; f++) {
		pthread_mutex_lock(&log_limit_lock);
		uint64_t more = log_limit_close(&log_limits[f], now);
		again |= log_limits[f].count > LOG_BURST;
		pthread_mutex_unlock(&log_limit_lock);
		if (more > 0)
			log_limit_tell((enum fault)f, more);
	}
	return again;
}

/* May one more line about this fault be written? */
static bool log_limit_allows(enum fault f)
{
	struct log_limit *l = &log_limits[f];
	uint64_t now = clock_mono_ms();

	pthread_mutex_lock(&log_limit_lock);
	uint64_t more = log_limit_close(l, now);
	if (l->begin == 0)
		l->begin = now;
	uint64_t count = ++l->count;
	pthread_mutex_unlock(&log_limit_lock);
	if (more > 0)
		log_limit_tell(f, more);
	struct log_sink *sink = atomic_load(&log_to);
	if (count == LOG_BURST + 1 && sink)
		log_sink_wake(sink);
	return count <= LOG_BURST;
}

/* The log itself does not take lines: that can only be said elsewhere. */
static void log_failed(const char *to, int error)
{
	char line[LOG_LINE];
	struct log_text t = {line, 0, sizeof(line)};
	char message[LOG_MESSAGE];

	int n = snprintf(message, sizeof(message), "log %.1024s: %s", to, strerror(error));
	log_recent_put(LOG_LEVEL_ERROR, (struct slice){message, (size_t)n});
	log_build_text(&t, LOG_LEVEL_ERROR, (struct slice){message, (size_t)n}, false);
	log_put_stderr(&t);
}

bool log_lost(const char *what, const char *to, uint64_t lines)
{
	struct log_sink *sink = atomic_load(&log_to);
	char line[LOG_LINE], message[LOG_MESSAGE];
	struct log_text t = {line, 0, sizeof(line)};

	int n = snprintf(message, sizeof(message), "%s %.1024s: %llu lines were lost", what, to,
	    (unsigned long long)lines);
	log_build(&t, sink, LOG_LEVEL_ERROR, FAULT_NONE, (struct slice){message, (size_t)n});
	return sink == NULL || log_sink_try(sink, LOG_LEVEL_ERROR, (struct slice){t.p, t.n});
}

static bool log_lost_lines(const char *to, uint64_t lines)
{
	return log_lost("log", to, lines);
}

static const struct log_sink_events log_events = {
	.failed = log_failed,
	.lost = log_lost_lines,
	.tick = log_tick,
};

enum fault log_configure(const struct log_settings *settings)
{
	struct log_sink *sink = atomic_load(&log_to);

	int error = log_sink_open(&sink, settings->to, &log_events);
	if (error) {
		log_fault(FAULT_SYSTEM, "log %s: %s", settings->to, strerror(error));
		return FAULT_SYSTEM;
	}
	atomic_store(&log_level, settings->level);
	atomic_store(&log_format, settings->format);
	atomic_store(&log_to, sink);
	return FAULT_NONE;
}

void log_reopen(void)
{
	struct log_sink *sink = atomic_load(&log_to);

	if (sink)
		log_sink_reopen(sink);
}

void log_flush(void)
{
	struct log_sink *sink = atomic_load(&log_to);

	if (sink)
		log_sink_flush(sink, LOG_FLUSH);
}

bool log_wanted(enum log_level level)
{
	return level <= atomic_load_explicit(&log_level, memory_order_relaxed);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (!log_wanted(level) && log_tap == NULL)
		return;
	va_start(ap, fmt);
	log_format_put(level, FAULT_NONE, false, fmt, ap);
	va_end(ap);
}

void log_listen(struct log_tap *tap)
{
	log_tap = tap;
}

static bool log_lets_pass(enum fault f)
{
	return log_tap || (log_wanted(fault_level(f)) && log_limit_allows(f));
}

void log_fault(enum fault f, const char *context, ...)
{
	va_list ap;

	if (!log_lets_pass(f))
		return;
	va_start(ap, context);
	log_format_put(fault_level(f), f, true, context, ap);
	va_end(ap);
}

void log_fault_words(enum fault f, const char *fmt, ...)
{
	va_list ap;

	if (!log_lets_pass(f))
		return;
	va_start(ap, fmt);
	log_format_put(fault_level(f), f, false, fmt, ap);
	va_end(ap);
}
