#include "report/counts.h"

#include <assert.h>
#include <string.h>

const char *const counts_ways[COUNTS_WAYS] = {
	[COUNTS_IN] = "in",
	[COUNTS_OUT] = "out",
};

const char *const counts_transports[COUNTS_TRANSPORTS] = {
	[COUNTS_WEBSOCKET] = "websocket",
	[COUNTS_SSE] = "sse",
	[COUNTS_LONGPOLL] = "longpoll",
	[COUNTS_SOCKJS_WEBSOCKET] = "sockjs/websocket",
	[COUNTS_SOCKJS_XHR] = "sockjs/xhr",
	[COUNTS_SOCKJS_XHR_STREAMING] = "sockjs/xhr_streaming",
	[COUNTS_SOCKJS_EVENTSOURCE] = "sockjs/eventsource",
	[COUNTS_SOCKJS_HTMLFILE] = "sockjs/htmlfile",
	[COUNTS_SOCKJS_JSONP] = "sockjs/jsonp",
};

const char *const counts_closers[COUNTS_CLOSERS] = {
	[COUNTS_CLIENT] = "client",
	[COUNTS_BACKEND] = "backend",
	[COUNTS_GATEWAY] = "gateway",
};

enum counts_transport counts_transport(const char *name)
{
	unsigned i = 0;

	while (i < COUNTS_TRANSPORTS && strcmp(counts_transports[i], name) != 0)
		i++;
	assert(i < COUNTS_TRANSPORTS);
	return (enum counts_transport)i;
}
