/*
 * A failure in JSON, for clients that are programs: {"error": {"status": 404, "code": 4404,
 * "reason": "…"}, "request": "…"}. code is what a WebSocket would be closed with.
 */
#ifndef ERROR_JSON_H
#define ERROR_JSON_H

#include "base/buffer.h"
#include "http/exchange.h"

/* more: further members, each with a comma before it, or empty. */
void	error_json(struct buffer *, const struct exchange *, int status, int code,
	    struct slice reason, struct slice more);

#endif
