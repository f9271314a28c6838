#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_LEAST = 256 };

/* Twice what is there, so that many small pieces are not copied again for each. */
char *buffer_reserve(struct buffer *b, size_t n)
{
	if (b->failed)
		return NULL;
	if (n > b->room - b->n) {
		size_t room = b->room > 0 ? 2 * b->room : BUFFER_LEAST;
		if (room < b->n + n)
			room = b->n + n;
		uint8_t *p = realloc(b->p, room);
		b->failed = p == NULL;
		if (p == NULL)
			return NULL;
		b->p = p;
		b->room = room;
	}
	return (char *)b->p + b->n;
}

void buffer_add(struct buffer *b, struct slice s)
{
	char *p = s.n > 0 ? buffer_reserve(b, s.n) : NULL;

	if (p == NULL)
		return;
	memcpy(p, s.p, s.n);
	b->n += s.n;
}

void buffer_printf(struct buffer *b, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	char *p = n >= 0 ? buffer_reserve(b, (size_t)n + 1) : NULL;
	if (p) {
		vsnprintf(p, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

void buffer_clear(struct buffer *b)
{
	free(b->p);
	*b = (struct buffer){0};
}
