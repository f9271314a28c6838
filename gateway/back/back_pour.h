/*
 * A message of the backend that is all there, given to the channel piece by piece, as the client
 * takes it.
 */
#ifndef BACK_POUR_H
#define BACK_POUR_H

#include "channel/channel.h"

struct back_pour {
	uint8_t		*p;
	size_t		 n;
	uint8_t		 kind;		/* enum msg_kind */
	bool		 begun;		/* is there one that is not all given? */
};

/* Neither text that is not UTF-8 nor what is longer than max_message: BACK_UTF8, BACK_TOO_BIG. */
enum fault	back_pour_begin(struct back_pour *, const struct config_route *, struct msg)
		    MUST_USE;
/*
 * Gives on until the client's leg is stopped (the flag that leg_ops.pause sets) or the session has
 * ended. True: all of it was given.
 */
bool		back_pour_on(struct back_pour *, struct leg *back, struct worker *,
		    const bool *stopped);

#endif
