#include "back/back_meta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct slice back_meta_set = {"Set-Meta-", 9};

enum { BACK_META_FRAME = 9 };	/* "Meta-", ": " and the line's end */

/* X of "Set-Meta-X"; n 0: it is another field. */
static struct slice back_meta_name(const struct header *h)
{
	size_t n = back_meta_set.n;

	if (!slice_istarts(h->name, back_meta_set))
		return (struct slice){NULL, 0};
	return (struct slice){h->name.p + n, h->name.n - n};
}

static void back_meta_forget(struct back_meta *m, struct slice name)
{
	char *line = m->lines, *end = m->lines + m->n;

	for (; line < end; line = memchr(line, '\n', (size_t)(end - line)), line++) {
		const char *colon = memchr(line, ':', (size_t)(end - line));
		struct slice has = {line + 5, (size_t)(colon - line) - 5};
		if (!slice_ieq(has, name))
			continue;
		char *next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		memmove(line, next, (size_t)(end - next));
		m->n -= (size_t)(next - line);
		return;
	}
}

static enum fault back_meta_add(struct back_meta *m, struct slice name, struct slice value,
    size_t most)
{
	size_t n = name.n + value.n + BACK_META_FRAME;

	if (n > most || m->n > most - n)
		return FAULT_BACK_HEAD;
	char *lines = realloc(m->lines, m->n + n + 1);
	if (lines == NULL)
		return FAULT_NO_MEMORY;
	m->lines = lines;
	snprintf(lines + m->n, n + 1, "Meta-%.*s: %.*s\r\n", SLICE_ARG(name), SLICE_ARG(value));
	m->n += n;
	return FAULT_NONE;
}

enum fault back_meta_learn(struct back_meta *m, const struct header *h, unsigned n, size_t most)
{
	enum fault f = FAULT_NONE;

	for (unsigned i = 0; i < n && f == FAULT_NONE; i++) {
		struct slice name = back_meta_name(&h[i]);
		if (name.n == 0)
			continue;
		if (m->n > 0)
			back_meta_forget(m, name);
		if (h[i].value.n > 0)
			f = back_meta_add(m, name, h[i].value, most);
	}
	return f;
}

void back_meta_clear(struct back_meta *m)
{
	free(m->lines);
	*m = (struct back_meta){NULL, 0};
}
