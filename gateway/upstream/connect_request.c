#include "upstream/connect_request.h"

enum fault connect_request_make(struct connect_request *request, struct exchange *x)
{
	*request = (struct connect_request){.who = x->route->conf->name};
	return FAULT_NONE;
}
