/*
 * An exchange without a connection: handlers are called by hand, and what they answer is kept.
 */
#ifndef FAKE_EXCHANGE_H
#define FAKE_EXCHANGE_H

#include "http/exchange.h"
#include "http/gateway_worker.h"

enum { FAKE_HEADERS = 16, FAKE_BODY = 1024 * 1024 };

struct fake_exchange {
	struct exchange		 x;
	struct client		 client;
	struct worker		 worker;
	struct gateway_worker	 gateway;
	struct config_listener	 listener;
	struct header		 headers[FAKE_HEADERS];

	/* what came of it */
	int			 status;
	char			 head[4096];	/* "Name: value\n" … */
	int64_t			 length;
	size_t			 n_body;
	bool			 ended;
	enum fault		 reset;
	enum flow		 flow;		/* what write answers */
	unsigned		 writes;
	char			 body[FAKE_BODY + 1];
};

/* A worker that is driven by hand, and a client at 192.0.2.1:40000. */
void		 fake_exchange_init(struct fake_exchange *);
void		 fake_exchange_fini(struct fake_exchange *);
/*
 * The next request of the client: method, "host[:port]", and path with query. What the last one
 * left is forgotten. Strings must live on.
 */
void		 fake_exchange_request(struct fake_exchange *, const char *method, const char *host,
		    const char *target);
void		 fake_exchange_add(struct fake_exchange *, const char *name, const char *value);
/* Runs the handler as the HTTP layer does, until nothing is left to do. */
void		 fake_exchange_run(struct fake_exchange *, const struct handler *);
void		 fake_exchange_settle(struct fake_exchange *);
/* The value of a header of the answer, or NULL; valid until the next call. */
const char	*fake_exchange_answered(struct fake_exchange *, const char *name);

#endif
