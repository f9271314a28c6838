#include "base/log_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"

enum { LOG_TEXT_ESCAPE = 12 };	/* the longest that a character becomes, with its NUL */

void log_text_bytes(struct log_text *t, struct slice s)
{
	if (s.n > t->size - t->n)
		s.n = t->size - t->n;
	if (s.n > 0)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

void log_text_add(struct log_text *t, const char *text)
{
	log_text_bytes(t, slice_of(text));
}

void log_text_printf(struct log_text *t, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_text_add(t, line);
}

/* How many bytes at p are one valid character; 0: the first is none. */
static size_t log_text_character(const char *p, size_t n)
{
	unsigned char c = (unsigned char)*p;
	size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	bool bad;

	if (length > n || utf8_prefix((const uint8_t *)p, length, &bad) != length)
		return 0;
	return length;
}

/* C0, DEL and, since terminals obey them too, C1 (U+0080 to U+009F). */
static bool log_text_is_control(const char *p, size_t length)
{
	unsigned char c = (unsigned char)p[0];

	return c < 0x20 || c == 0x7f ||
	    (length == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

/* A byte that must not stand as itself. */
static void log_text_escape(enum log_style style, unsigned char c, char out[LOG_TEXT_ESCAPE])
{
	static const char letters[] = "tn\0\0r";	/* from 0x09 */
	bool named = c >= 0x09 && c <= 0x0d && letters[c - 0x09];

	if (named)
		snprintf(out, LOG_TEXT_ESCAPE, "\\%c", letters[c - 0x09]);
	else if (style != LOG_STYLE_JSON)
		snprintf(out, LOG_TEXT_ESCAPE, "\\x%02x", c);
	else
		snprintf(out, LOG_TEXT_ESCAPE, c < 0x80 ? "\\u%04x" : "\\\\x%02x", c);
}

/* The character at p as it is to stand; *taken bytes of p. */
static size_t log_text_one(enum log_style style, const char *p, size_t n, size_t *taken,
    char out[LOG_TEXT_ESCAPE])
{
	size_t length = log_text_character(p, n);

	*taken = 1;
	if (length == 0 || log_text_is_control(p, length)) {
		log_text_escape(style, (unsigned char)*p, out);
	} else if (style != LOG_STYLE_PLAIN && (*p == '"' || *p == '\\')) {
		snprintf(out, LOG_TEXT_ESCAPE, "\\%c", *p);
	} else {
		memcpy(out, p, length);
		out[length] = '\0';
		*taken = length;
	}
	return strlen(out);
}

void log_text_value(struct log_text *t, enum log_style style, struct slice s, size_t max)
{
	static const struct slice cut = {"...", 3};
	char out[LOG_TEXT_ESCAPE];
	size_t taken, end, fits;

	if (max > t->size - t->n)
		max = t->size - t->n;
	if (max < cut.n)
		return;
	end = t->n + max;
	fits = t->n;		/* up to here there is room for saying that more follows */
	for (size_t i = 0; i < s.n; i += taken) {
		size_t n = log_text_one(style, s.p + i, s.n - i, &taken, out);
		if (n > end - t->n) {
			t->n = fits;
			log_text_bytes(t, cut);
			return;
		}
		log_text_bytes(t, (struct slice){out, n});
		if (t->n + cut.n <= end)
			fits = t->n;
	}
}

void log_text_time(struct log_text *t, uint64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	log_text_printf(t, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (unsigned)(wall_ms % 1000));
}
