/*
 * What tests of sockets need: loopback addresses with free ports, the number of open descriptors,
 * and a worker whose loop runs in the test's own thread until something has happened.
 */
#ifndef NET_FIXTURE_H
#define NET_FIXTURE_H

#include <stdbool.h>

#include "config/config.h"
#include "loop/worker.h"

int	fixture_count_files(void);		/* descriptors this process has open */
bool	fixture_has_v6(void);			/* is there a ::1 on this machine? */
/* host: "127.0.0.1", "::1"; or "/path" for a unix socket. */
struct config_address fixture_address(const char *host, uint16_t port);
/* A listening socket (backlog 0 and up); *port: the one it got. */
int	fixture_listen(const char *host, int backlog, uint16_t *port);
int	fixture_connect(const struct sockaddr *, socklen_t);	/* blocking; -1 when refused */
uint16_t fixture_port(int fd);

/* Runs the loop until the condition holds; fails the test after ten seconds. */
void	fixture_run(struct worker *, bool (*done)(void *), void *arg);

#endif
