/*
 * URLs of SockJS 0.3, below a base path: who is meant, and what for.
 */
#ifndef SOCKJS_URL_H
#define SOCKJS_URL_H

#include "base/slice.h"

enum { SOCKJS_CALLBACK = 128 };	/* bytes of the longest callback */

struct sockjs_url {
	struct slice	session;	/* with the slash in front of it */
	struct slice	transport;
};

/*
 * "/SERVER/SESSION/TRANSPORT", where servers and sessions are not empty and hold no dot; the server
 * says nothing. False: it is something else.
 */
bool	sockjs_url_read(struct slice tail, struct sockjs_url *);
/* "/iframe.html", and "/iframe-ANYTHING.html" or so, by which clients tell their versions. */
bool	sockjs_url_is_iframe(struct slice tail);
/* A callback becomes part of a script: only what cannot harm there, not empty, and not long. */
bool	sockjs_url_is_callback(struct slice);

#endif
