#include "report/access_format.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/access_fields.h"

enum {
	ACCESS_FORMAT_VALUE = 1400,	/* bytes of one value at most: all of them fit a line */
	ACCESS_FORMAT_RESERVE = 1024	/* for what stands between the values */
};

/* A literal and the value after it. */
struct access_format_part {
	struct slice			 literal;
	const struct access_field	*field;		/* NULL: none, the end */
};

struct access_format {
	void	(*write)(const struct access_format *, const struct access_record *,
		    struct log_text *);
	size_t	n;				/* parts of a template */
	struct access_format_part *parts;
	char	text[];
};

/* A template can name a long value often; the line still ends as it should. */
static size_t access_format_max(const struct log_text *t)
{
	size_t room = t->size - t->n;

	if (room < ACCESS_FORMAT_RESERVE + ACCESS_FORMAT_VALUE)
		return room < ACCESS_FORMAT_RESERVE ? 0 : room - ACCESS_FORMAT_RESERVE;
	return ACCESS_FORMAT_VALUE;
}

static void access_format_slice(struct log_text *t, enum log_style style, struct slice s)
{
	log_text_value(t, style, s, access_format_max(t));
}

static void access_format_value(struct log_text *t, enum log_style style,
    const struct access_field *field, const struct access_record *r)
{
	switch (field->kind) {
	case ACCESS_TIME:
		log_text_time(t, r->started);
		break;
	case ACCESS_TYPE:
		log_text_add(t, r->session ? "session" : "request");
		break;
	case ACCESS_SECONDS:
		log_text_printf(t, "%" PRIu64 ".%03u", r->duration / 1000,
		    (unsigned)(r->duration % 1000));
		break;
	case ACCESS_TEXT:
		access_format_slice(t, style, access_fields_text(field, r));
		break;
	case ACCESS_NUMBER:
	case ACCESS_BYTES:
	case ACCESS_MESSAGES:
		log_text_printf(t, "%" PRIu64, access_fields_number(field, r));
		break;
	}
}

static void access_format_json(const struct access_format *f, const struct access_record *r,
    struct log_text *t)
{
	char before = '{';

	(void)f;
	for (size_t i = 0; i < access_fields_count; i++) {
		const struct access_field *field = &access_fields_table[i];
		bool quoted = field->kind == ACCESS_TIME || field->kind == ACCESS_TYPE ||
		    field->kind == ACCESS_TEXT;
		if (!access_fields_apply(field, r))
			continue;
		log_text_printf(t, "%c\"%s\":%s", before, field->key, quoted ? "\"" : "");
		access_format_value(t, LOG_STYLE_JSON, field, r);
		if (quoted)
			log_text_add(t, "\"");
		before = ',';
	}
	log_text_add(t, "}");
}

/* [10/Oct/2000:13:55:36 +0000] */
static void access_format_apache_time(struct log_text *t, uint64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[64];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "[%d/%b/%Y:%H:%M:%S +0000]", &tm);
	log_text_add(t, text);
}

static void access_format_or_dash(struct log_text *t, struct slice s)
{
	if (s.n == 0)
		log_text_add(t, "-");
	access_format_slice(t, LOG_STYLE_QUOTED, s);
}

/* host ident user time "request" status bytes "referer" "user agent" */
static void access_format_combined(const struct access_format *f, const struct access_record *r,
    struct log_text *t)
{
	static const struct slice h2 = {"h2", 2};
	struct slice version = r->protocol;

	(void)f;
	access_format_or_dash(t, r->client_ip);
	log_text_add(t, " - ");
	access_format_or_dash(t, r->user);
	log_text_add(t, " ");
	access_format_apache_time(t, r->started);
	log_text_add(t, " \"");
	access_format_or_dash(t, r->method);
	log_text_add(t, " ");
	access_format_or_dash(t, r->path);
	if (slice_eq(version, h2))
		log_text_add(t, " HTTP/2.0");
	else if (slice_starts(version, SLICE("http/")))
		log_text_printf(t, " HTTP/%.*s", (int)version.n - 5, version.p + 5);
	log_text_printf(t, "\" %d ", r->status);
	if (r->bytes_out > 0)
		log_text_printf(t, "%" PRIu64, r->bytes_out);
	else
		log_text_add(t, "-");
	log_text_add(t, " \"");
	access_format_or_dash(t, r->referer);
	log_text_add(t, "\" \"");
	access_format_or_dash(t, r->user_agent);
	log_text_add(t, "\"");
}

static void access_format_template(const struct access_format *f, const struct access_record *r,
    struct log_text *t)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct access_format_part *part = &f->parts[i];
		log_text_bytes(t, part->literal);
		if (part->field == NULL)
			continue;
		if (access_fields_apply(part->field, r))
			access_format_value(t, LOG_STYLE_QUOTED, part->field, r);
		else
			log_text_add(t, "-");
	}
}

static size_t access_format_dollars(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '$')) != NULL) {
		text++;
		n++;
	}
	return n;
}

/* False: *wrong is no key, or not ended. */
static bool access_format_split(struct access_format *f, struct slice *wrong)
{
	const char *at = f->text, *from = f->text;

	while ((at = strstr(at, "${")) != NULL) {
		struct access_format_part *part = &f->parts[f->n++];
		if (at > from && at[-1] == '$') {	/* the literal keeps "$" of "$${" */
			part->literal = (struct slice){from, (size_t)(at - from)};
			from = at + 1;
			at += 2;
			continue;
		}
		const char *end = strchr(at, '}');
		struct slice key = {at + 2, end ? (size_t)(end - at) - 2 : strlen(at + 2)};
		part->literal = (struct slice){from, (size_t)(at - from)};
		part->field = end ? access_fields_find(key) : NULL;
		if (part->field == NULL) {
			*wrong = key;
			return false;
		}
		from = at = end + 1;
	}
	f->parts[f->n++].literal = slice_of(from);
	return true;
}

static bool access_format_compile(struct access_format *f, const char *text, struct slice *wrong)
{
	*wrong = (struct slice){NULL, 0};
	if (strcmp(text, "json") == 0) {
		f->write = access_format_json;
		return true;
	}
	if (strcmp(text, "combined") == 0) {
		f->write = access_format_combined;
		return true;
	}
	f->write = access_format_template;
	f->parts = calloc(access_format_dollars(text) + 1, sizeof(*f->parts));
	return f->parts && access_format_split(f, wrong);
}

struct access_format *access_format_new(const char *text, struct slice *wrong)
{
	size_t n = strlen(text) + 1;
	struct access_format *f = calloc(1, sizeof(*f) + n);

	*wrong = (struct slice){NULL, 0};
	if (f == NULL)
		return NULL;
	memcpy(f->text, text, n);
	if (access_format_compile(f, text, wrong))
		return f;
	if (wrong->p)
		wrong->p = text + (wrong->p - f->text);
	access_format_free(f);
	return NULL;
}

void access_format_free(struct access_format *f)
{
	if (f)
		free(f->parts);
	free(f);
}

const char *access_format_text(const struct access_format *f)
{
	return f->text;
}

void access_format_write(const struct access_format *f, const struct access_record *r,
    struct log_text *t)
{
	f->write(f, r, t);
}
