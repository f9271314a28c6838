#include "net/wire.h"

#include <stdlib.h>
#include <string.h>

enum { WIRE_CHUNK = 4096 - 32 };	/* the least that is taken from malloc at a time */

struct wire_chunk {
	struct wire_chunk	*next;
	size_t			 from, to, size;
	uint8_t			 bytes[];
};

static size_t wire_copy(uint8_t *to, const struct iovec *iov, int n, size_t skip)
{
	size_t put = 0;

	for (int i = 0; i < n; i++) {
		size_t len = iov[i].iov_len;
		if (skip >= len) {
			skip -= len;
			continue;
		}
		memcpy(to + put, (const uint8_t *)iov[i].iov_base + skip, len - skip);
		put += len - skip;
		skip = 0;
	}
	return put;
}

bool wire_append(struct wire *w, const struct iovec *iov, int n, size_t skip)
{
	struct wire_chunk *c = w->last;
	size_t total = 0;

	for (int i = 0; i < n; i++)
		total += iov[i].iov_len;
	if (total <= skip)
		return true;
	total -= skip;
	if (c == NULL || c->size - c->to < total) {
		size_t size = total > WIRE_CHUNK ? total : WIRE_CHUNK;
		c = malloc(sizeof(*c) + size);
		if (c == NULL)
			return false;
		*c = (struct wire_chunk){.size = size};
		if (w->last)
			w->last->next = c;
		else
			w->first = c;
		w->last = c;
	}
	c->to += wire_copy(c->bytes + c->to, iov, n, skip);
	w->n += total;
	return true;
}

int wire_front(const struct wire *w, struct iovec iov[WIRE_PIECES])
{
	int n = 0;

	for (struct wire_chunk *c = w->first; c && n < WIRE_PIECES; c = c->next)
		iov[n++] = (struct iovec){c->bytes + c->from, c->to - c->from};
	return n;
}

void wire_drop(struct wire *w, size_t n)
{
	w->n -= n;
	while (n > 0) {
		struct wire_chunk *c = w->first;
		size_t have = c->to - c->from;
		if (n < have) {
			c->from += n;
			return;
		}
		n -= have;
		w->first = c->next;
		if (w->first == NULL)
			w->last = NULL;
		free(c);
	}
}

void wire_clear(struct wire *w)
{
	wire_drop(w, w->n);
}
