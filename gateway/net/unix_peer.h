/*
 * The other end of a unix socket: to be one, blocking, and who it is.
 */
#ifndef UNIX_PEER_H
#define UNIX_PEER_H

#include <stdbool.h>

#include "base/slice.h"

/* A descriptor, or -1 and errno. */
int	unix_peer_connect(const char *path);
/* All of it; false and errno: not. */
bool	unix_peer_send(int fd, struct slice);
/* The user that the peer ran as when it connected; false: this is no unix socket. */
bool	unix_peer_user(int fd, unsigned *uid);

#endif
