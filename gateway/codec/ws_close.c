#include "codec/ws.h"

bool ws_close_code_valid(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

uint16_t ws_close_code(const struct ws_event *e, struct slice *reason)
{
	if (e->n < 2) {
		*reason = (struct slice){NULL, 0};
		return 1005;
	}
	*reason = (struct slice){(const char *)e->p + 2, e->n - 2};
	return (uint16_t)(e->p[0] << 8 | e->p[1]);
}
