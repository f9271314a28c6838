#include "net/cork.h"

#include <stdlib.h>
#include <string.h>

struct cork *cork_take(struct cork **free_list)
{
	struct cork *c = *free_list;

	if (c)
		*free_list = c->next;
	else if ((c = malloc(sizeof(*c))) == NULL)
		return NULL;
	c->n = 0;
	c->bytes = c->copied = 0;
	return c;
}

void cork_give(struct cork **free_list, struct cork *c)
{
	c->next = *free_list;
	*free_list = c;
}

static bool cork_copy(struct cork *c, const struct iovec *piece)
{
	uint8_t *at = c->copy + c->copied;
	struct iovec *last = c->n ? &c->iov[c->n - 1] : NULL;
	bool joins = last && (uint8_t *)last->iov_base + last->iov_len == at;

	if (CORK_COPY - c->copied < piece->iov_len || (!joins && c->n == CORK_PIECES))
		return false;
	memcpy(at, piece->iov_base, piece->iov_len);
	c->copied += piece->iov_len;
	if (joins)
		last->iov_len += piece->iov_len;
	else
		c->iov[c->n++] = (struct iovec){at, piece->iov_len};
	return true;
}

bool cork_add(struct cork *c, const struct iovec *piece)
{
	if (piece->iov_len == 0)
		return true;
	if (piece->iov_len <= CORK_SMALL) {
		if (!cork_copy(c, piece))
			return false;
	} else {
		if (c->n == CORK_PIECES)
			return false;
		c->iov[c->n++] = *piece;
	}
	c->bytes += piece->iov_len;
	return true;
}
