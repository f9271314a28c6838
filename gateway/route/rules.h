/*
 * Rules: what a request must also satisfy once its route is known.
 */
#ifndef RULES_H
#define RULES_H

#include "http/exchange.h"

struct rule {
	const char	*name;			/* the keys it is about, for explain */
	bool		 messages_only;		/* for routes that sessions run over */
	/* Is there anything to check on this route? */
	bool		(*wanted)(const struct config_route *);
	/* NONE lets it pass. Says nothing on the log. */
	enum fault	(*check)(const struct exchange *, const struct config_route *);
	/* The log line for a refusal. */
	void		(*say)(const struct exchange *, const struct config_route *, enum fault);
};

extern const struct rule rules_table[];
extern const size_t	 rules_count;

/* Does this rule have anything to say about this route? */
bool		rules_apply(const struct rule *, const struct route *);
/* The first refusal, which is on the log; NONE: all are satisfied. */
enum fault	rules_check(const struct exchange *) MUST_USE;

#endif
