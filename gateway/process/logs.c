#include "process/logs.h"

#include "report/access.h"

enum fault logs_open(const struct config *c)
{
	enum fault f = access_configure(c->access_to, c->access_format);

	return f == FAULT_NONE ? log_configure(&c->log) : f;
}

void logs_reopen(void)
{
	log_reopen();
	access_reopen();
}

void logs_flush(void)
{
	access_flush();
	log_flush();
}
