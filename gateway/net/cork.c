#include "net/cork.h"

#include <stdlib.h>

struct cork *cork_new(void)
{
	struct cork *c = malloc(sizeof(*c));

	if (c)
		cork_reset(c);
	return c;
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
