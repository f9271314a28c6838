#include "front/front_ws.h"

static enum fault front_ws_open(struct exchange *x)
{
	return x->refused ? x->refused : FAULT_UPGRADE_REQUIRED;
}

const struct handler front_ws_handler = {
	.name = "websocket",
	.open = front_ws_open,
};
