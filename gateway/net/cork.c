#include "net/cork.h"

#include <stdlib.h>

struct cork *cork_take(struct cork **free_list)
{
	struct cork *c = *free_list;

	if (c)
		*free_list = c->next;
	else if ((c = malloc(sizeof(*c))) == NULL)
		return NULL;
	c->iov[0] = (struct iovec){c->copy, 0};	/* so that the first copy joins, too */
	c->n = 1;
	c->joins = true;
	c->bytes = c->copied = 0;
	return c;
}

void cork_give(struct cork **free_list, struct cork *c)
{
	c->next = *free_list;
	*free_list = c;
}

bool cork_add_piece(struct cork *c, const struct iovec *piece)
{
	bool copies = piece->iov_len <= CORK_SMALL;
	uint8_t *at = c->copy + c->copied;

	if (c->bytes == 0)
		c->n = 0;
	if (c->n == CORK_PIECES || (copies && CORK_COPY - c->copied < piece->iov_len))
		return false;
	c->joins = copies;
	c->bytes += piece->iov_len;
	if (copies) {
		memcpy(at, piece->iov_base, piece->iov_len);
		c->copied += piece->iov_len;
		c->iov[c->n++] = (struct iovec){at, piece->iov_len};
	} else {
		c->iov[c->n++] = *piece;
	}
	return true;
}
