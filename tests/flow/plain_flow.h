/* A session of plain requests, to backend "b" of lines or as the test says. */
#ifndef PLAIN_FLOW_H
#define PLAIN_FLOW_H

#include "flow.h"

#define PLAIN_KEYS "origins = [\"*\"]; framing = \"line\"; transports = [\"sse\", \"longpoll\"]; "
#define PLAIN_ROUTE(keys) "r: { path = \"/p\"; backend = \"b\"; " PLAIN_KEYS keys " };"

/* Whom the last plain_open opened; its backend. */
extern struct fake *plain_backend;

/* Opens a session over a connection of its own, which stays. NULL: it did not come to that. */
struct fake	*plain_try_open(void);
struct fake	*plain_open(void);
struct fake	*plain_open_with(const char *query, const char *lines);
/* A request to the session: method, what follows its path, further header lines, body. */
void		 plain_ask(struct fake *, const char *method, const char *query, const char *lines,
		    const char *body);
void		 plain_poll(struct fake *, const char *query);
void		 plain_post(struct fake *, const char *lines, const char *body);
void		 plain_events(struct fake *, const char *lines);
/* What has come is one answer with this status and body; *** in it stands for anything. */
void		 plain_expect(struct fake *, int status, const char *body);
void		 plain_expect_messages(struct fake *, const char *messages);
/* What has come of a stream of events, less chunks' sizes, is this. */
void		 plain_expect_events(struct fake *, const char *text);
/* The head of such a stream, with its padding, and then this. */
void		 plain_expect_stream(struct fake *, const char *text);

#endif
