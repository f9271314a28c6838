#include "back/back_stream.h"

static enum fault back_stream_open(struct channel *c)
{
	(void)c;
	return FAULT_DIAL_REFUSED;
}

const struct back_kind back_stream_kind = {
	.name = "stream",
	.open = back_stream_open,
};
