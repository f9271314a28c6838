#include "back/back_echo.h"

static enum fault back_echo_open(struct channel *c)
{
	(void)c;
	return FAULT_DIAL_REFUSED;
}

const struct back_kind back_echo_kind = {
	.name = "echo",
	.open = back_echo_open,
};
