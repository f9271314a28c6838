/*
 * Asks a running framegate, by its control socket (control_site.h).
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "base/buffer.h"
#include "process/command.h"

/*
 * Sends one request and waits for the whole answer, whose body goes into *body, NUL behind it; the
 * caller clears it. False: it has been said on standard error why there is none, or that it was
 * refused.
 */
bool	control_client_ask(const struct arguments *, const char *method, const char *target,
	    struct buffer *body);
/* Adds "?name=value" to a target, "&…" behind another one, encoded. value NULL: nothing. */
void	control_client_add(struct buffer *target, const char *name, const char *value);

#endif
