/*
 * What answers to SockJS clients have in common: heads as its tests want to see them.
 */
#ifndef SOCKJS_ANSWER_H
#define SOCKJS_ANSWER_H

#include "channel/channel.h"
#include "codec/http_date.h"
#include "http/exchange.h"

enum {
	SOCKJS_FRESH = 1,	/* not to be kept, changed or held back by whoever passes it on */
	SOCKJS_YEAR = 2,	/* good for a year */
	SOCKJS_CORS = 4,	/* pages that the route's origins let in may read it */
	SOCKJS_COOKIE = 8,	/* JSESSIONID, where the route wants that */
	SOCKJS_SESSION = SOCKJS_FRESH | SOCKJS_CORS | SOCKJS_COOKIE,
	SOCKJS_HEADERS = 9
};

struct sockjs_head {
	struct header	v[SOCKJS_HEADERS];
	unsigned	n;
	bool		failed;		/* no memory */
	char		expires[HTTP_DATE_SIZE + 1];
};

/* At most 7 headers; what they hold stays with the exchange and this. */
void	sockjs_head_make(struct sockjs_head *, struct exchange *, unsigned what);
void	sockjs_head_add(struct sockjs_head *, struct slice name, struct slice value);
/* A whole answer; type NULL: there is no body. Ends the exchange. */
void	sockjs_answer(struct exchange *, unsigned what, int status, const char *type,
	    struct slice body);
/* Answers a request of a session for a fault, in a way that pages can read. Ends it. */
void	sockjs_answer_fault(struct exchange *, enum fault);
/* In the words in which the backend refused the session. */
void	sockjs_answer_refusal(struct exchange *, const struct refusal *);

#endif
