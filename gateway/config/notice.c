#include "config/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
	NOTICE_BYTES = 4096,
	NOTICE_LINE = 100,	/* bytes of a line that are shown */
	NOTICE_BEFORE = 50	/* of these before the marked place, when the line is longer */
};

struct notice_text {
	char	p[NOTICE_BYTES];
	size_t	n;
};

__attribute__((format(printf, 2, 0)))
static void notice_addv(struct notice_text *t, const char *fmt, va_list ap)
{
	int n = vsnprintf(t->p + t->n, sizeof(t->p) - t->n, fmt, ap);

	if (n > 0)
		t->n += (size_t)n < sizeof(t->p) - t->n ? (size_t)n : sizeof(t->p) - t->n - 1;
}

__attribute__((format(printf, 2, 3)))
static void notice_add(struct notice_text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	notice_addv(t, fmt, ap);
	va_end(ap);
}

/* No terminal is to be told anything by what stands in a file. */
static void notice_mask(char *p, size_t n)
{
	uint8_t *u = (uint8_t *)p;

	for (size_t i = 0; i < n;) {
		bool bad;
		size_t good = utf8_prefix(u + i, n - i, &bad);
		for (size_t k = i; k < i + good; k++) {
			if (u[k] == '\t')
				u[k] = ' ';
			if (u[k] < 0x20 || u[k] == 0x7f)
				u[k] = '?';
			if (u[k] == 0xc2 && u[k + 1] < 0xa0)	/* C1 control characters */
				u[k] = u[k + 1] = '?';
		}
		i += good;
		if (i < n)
			u[i++] = '?';
	}
}

/* Where a character begins that reaches to i or beyond. */
static size_t notice_whole(const char *p, size_t i)
{
	for (int k = 0; k < 3 && i > 0 && ((uint8_t)p[i] & 0xc0) == 0x80; k++)
		i--;
	return i;
}

static unsigned notice_columns(const char *p, size_t n)
{
	unsigned columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((uint8_t)p[i] & 0xc0) != 0x80;
	return columns;
}

/* The line, or the part of it around the place, and a caret line below it. */
static void notice_quote(struct notice_text *t, const struct mark *m)
{
	const char *text = m->source->text;
	size_t begin = m->at, end = m->at, n;
	char shown[NOTICE_LINE + 1];

	/* Not to the ends of a line of megabytes, if that is one. */
	while (begin > 0 && m->at - begin <= NOTICE_LINE && text[begin - 1] != '\n')
		begin--;
	while (end - m->at <= NOTICE_LINE && text[end] && text[end] != '\n' && text[end] != '\r')
		end++;
	size_t from = begin;
	if (end - begin > NOTICE_LINE && m->at - begin > NOTICE_BEFORE)
		from = notice_whole(text, m->at - NOTICE_BEFORE);
	n = end - from;
	if (n > NOTICE_LINE)
		n = notice_whole(text, from + NOTICE_LINE) - from;
	memcpy(shown, text + from, n);
	shown[n] = '\0';
	notice_mask(shown, n);

	size_t at = m->at - from, marked = m->n;
	if (marked > n - at)
		marked = n - at;
	unsigned width = notice_columns(shown + at, marked);
	notice_add(t, "\n%5u |%s%s%s%s", m->line, n ? " " : "", from > begin ? "..." : "", shown,
	    from + n < end ? "..." : "");
	int indent = (int)notice_columns(shown, at) + (from > begin ? 3 : 0);
	notice_add(t, "\n      | %*s^", indent, "");
	while (width-- > 1)
		notice_add(t, "~");
}

static void notice_head(struct notice_text *t, const struct mark *m, const char *kind)
{
	if (m->source == NULL)
		notice_add(t, "%s", kind);
	else
		notice_add(t, "%s:%u: %s", m->source->name, m->line ? m->line : 1, kind);
}

/* After running out of memory, what seems to be wrong with the configuration may not be. */
static void notice_say(struct notice *n, struct notice_text *t)
{
	if (n->no_memory)
		return;
	if (n->report && n->report->say)
		n->report->say(n->report, t->p);
	else
		fprintf(stderr, "%s\n", t->p);
}

__attribute__((format(printf, 4, 0)))
static void notice_place(struct notice_text *t, const struct mark *m, const char *kind,
    const char *fmt, va_list ap)
{
	size_t head = t->n;

	notice_head(t, m, kind);
	notice_addv(t, fmt, ap);
	notice_mask(t->p + head, t->n - head);
	if (m->source && m->line)
		notice_quote(t, m);
}

void notice_error(struct notice *n, const struct mark *m, const char *fmt, ...)
{
	struct notice_text t = {.n = 0};
	va_list ap;

	va_start(ap, fmt);
	notice_place(&t, m, "error: ", fmt, ap);
	va_end(ap);
	n->report->errors++;
	notice_say(n, &t);
}

void notice_warning(struct notice *n, const struct mark *m, const char *fmt, ...)
{
	struct notice_text t = {.n = 0};
	va_list ap;

	va_start(ap, fmt);
	notice_place(&t, m, "warning: ", fmt, ap);
	va_end(ap);
	n->report->warnings++;
	notice_say(n, &t);
}

void notice_error_at(struct notice *n, const struct mark *m, const struct mark *other,
    const char *other_words, const char *fmt, ...)
{
	struct notice_text t = {.n = 0};
	va_list ap;

	va_start(ap, fmt);
	notice_place(&t, m, "error: ", fmt, ap);
	va_end(ap);
	notice_add(&t, "\n");
	size_t head = t.n;
	notice_head(&t, other, other_words);
	notice_mask(t.p + head, t.n - head);
	if (other->source && other->line)
		notice_quote(&t, other);
	n->report->errors++;
	notice_say(n, &t);
}

void notice_about(struct notice *n, const char *name, const char *fmt, ...)
{
	struct notice_text t = {.n = 0};
	va_list ap;

	notice_add(&t, "%s: error: ", name);
	va_start(ap, fmt);
	notice_addv(&t, fmt, ap);
	va_end(ap);
	notice_mask(t.p, t.n);
	n->report->errors++;
	notice_say(n, &t);
}

void notice_no_memory(struct notice *n)
{
	if (!n->no_memory)
		notice_about(n, "configuration", "out of memory");
	n->no_memory = true;
}

bool notice_is_clean(const struct notice *n)
{
	return n->report->errors == n->before;
}
