#include "report/access.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/log_sink.h"
#include "report/access_fields.h"
#include "report/access_format.h"

/* Workers may be using a format while another is configured, so those that were used stay. */
struct access_known {
	struct access_known	*next;
	struct access_format	*format;
};

static struct access_known *access_known;
static struct access_format *_Atomic access_format;	/* NULL: off */
static struct log_sink *_Atomic access_sink;		/* set before access_format is */

static void access_failed(const char *to, int error)
{
	log_line(LOG_LEVEL_ERROR, "access log %s: %s", to, strerror(error));
}

static bool access_lost(const char *to, uint64_t lines)
{
	return log_lost("access log", to, lines);
}

static const struct log_sink_events access_events = {
	.failed = access_failed,
	.lost = access_lost,
};

static struct access_format *access_remember(struct access_format *f)
{
	struct access_known *k = malloc(sizeof(*k));

	if (k == NULL) {
		access_format_free(f);
		return NULL;
	}
	*k = (struct access_known){access_known, f};
	access_known = k;
	return f;
}

static struct access_format *access_find_format(const char *text, struct slice *wrong)
{
	struct access_format *f;

	for (struct access_known *k = access_known; k; k = k->next)
		if (strcmp(access_format_text(k->format), text) == 0)
			return k->format;
	f = access_format_new(text, wrong);
	return f ? access_remember(f) : NULL;
}

enum fault access_configure(const char *to, const char *format)
{
	struct log_sink *sink = atomic_load(&access_sink);
	struct slice wrong = {NULL, 0};

	if (to == NULL) {
		atomic_store(&access_format, NULL);
		return FAULT_NONE;
	}
	struct access_format *f = access_find_format(format, &wrong);
	if (f == NULL && wrong.p == NULL)
		return FAULT_NO_MEMORY;
	if (f == NULL) {
		log_fault(FAULT_SYSTEM, "access log: format: unknown key \"%.*s\"",
		    SLICE_ARG(wrong));
		return FAULT_SYSTEM;
	}
	int error = log_sink_open(&sink, to, &access_events);
	if (error) {
		log_fault(FAULT_SYSTEM, "access log %s: %s", to, strerror(error));
		return FAULT_SYSTEM;
	}
	atomic_store(&access_sink, sink);
	atomic_store(&access_format, f);
	return FAULT_NONE;
}

bool access_wanted(void)
{
	return atomic_load_explicit(&access_format, memory_order_relaxed) != NULL;
}

void access_reopen(void)
{
	struct log_sink *sink = atomic_load(&access_sink);

	if (sink)
		log_sink_reopen(sink);
}

void access_flush(void)
{
	struct log_sink *sink = atomic_load(&access_sink);

	if (sink)
		log_sink_flush(sink, LOG_FLUSH);
}

static _Atomic bool access_keeps_sessions;

void access_keep_sessions(void)
{
	atomic_store(&access_keeps_sessions, true);
}

bool access_kept_is_wanted(void)
{
	return access_wanted() ||
	    atomic_load_explicit(&access_keeps_sessions, memory_order_relaxed);
}

void access_write(const struct access_record *r)
{
	const struct access_format *f = atomic_load(&access_format);
	char line[ACCESS_FORMAT_LINE];
	struct log_text t = {line, 0, sizeof(line)};

	if (f == NULL)
		return;
	access_format_write(f, r, &t);
	log_sink_put(atomic_load(&access_sink), LOG_LEVEL_INFO, (struct slice){t.p, t.n});
}

struct access_kept {
	uint64_t	started;
	uint16_t	client_port;
	uint16_t	status;
	uint16_t	n;		/* strings: an access_kept_head and the bytes, one by one */
	uint8_t		strings[];
};

struct access_kept_head {
	uint16_t	n;
	uint8_t		field;		/* of access_fields_table */
};

static bool access_keeps(size_t i, const struct access_record *r, struct slice *s)
{
	const struct access_field *field = &access_fields_table[i];

	if (field->kind != ACCESS_TEXT || (*s = access_fields_text(field, r)).n == 0)
		return false;
	if (s->n > UINT16_MAX)
		s->n = UINT16_MAX;
	return true;
}

struct access_kept *access_keep(const struct access_record *r)
{
	size_t total = sizeof(struct access_kept);
	struct slice s;

	for (size_t i = 0; i < access_fields_count; i++)
		if (access_keeps(i, r, &s))
			total += sizeof(struct access_kept_head) + s.n;
	struct access_kept *kept = malloc(total);
	if (kept == NULL)
		return NULL;
	*kept = (struct access_kept){r->started, r->client_port,
	    (uint16_t)r->status, 0};
	uint8_t *to = kept->strings;
	for (size_t i = 0; i < access_fields_count; i++) {
		if (!access_keeps(i, r, &s))
			continue;
		struct access_kept_head head = {(uint16_t)s.n, (uint8_t)i};
		memcpy(to, &head, sizeof(head));
		memcpy(to + sizeof(head), s.p, s.n);
		to += sizeof(head) + s.n;
		kept->n++;
	}
	return kept;
}

void access_recall(const struct access_kept *kept, struct access_record *r)
{
	const uint8_t *at = kept->strings;

	*r = (struct access_record){.started = kept->started, .client_port = kept->client_port,
	    .status = kept->status};
	for (unsigned i = 0; i < kept->n; i++) {
		struct access_kept_head head;
		memcpy(&head, at, sizeof(head));
		at += sizeof(head);
		memcpy((char *)r + access_fields_table[head.field].offset,
		    &(struct slice){(const char *)at, head.n}, sizeof(struct slice));
		at += head.n;
	}
}
