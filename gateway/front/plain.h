/*
 * Sessions of plain HTTP: what curl and EventSource can speak. Below the route's path P,
 *
 *	POST P			opens one: 201, its place in Location
 *	GET P/ID?after=N	a poll: JSON with the messages behind N, or 204
 *	GET P/ID		with Accept: text/event-stream: events
 *	POST P/ID		a message, numbered by Framegate-Seq if the client likes;
 *				?ack=N: what arrived of events
 *	DELETE P/ID		closes it
 *
 * Refusals are JSON: {"error": {"status", "code", "reason"}}.
 */
#ifndef PLAIN_H
#define PLAIN_H

#include "http/exchange.h"

enum { PLAIN_ID = 22 };		/* characters of an id: 128 bits in base64url */

/* What follows the route's path. */
bool	plain_is_base(struct slice tail);
bool	plain_is_session(struct slice tail);
bool	plain_wants_events(const struct exchange *);

extern const struct handler plain_open_handler, plain_poll_handler, plain_events_handler,
    plain_post_handler, plain_close_handler, plain_method_handler;

#endif
