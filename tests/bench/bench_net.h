/*
 * Loopback sockets for the bench programs. They all stop with a message on a mistake of their
 * own: a benchmark that goes on after a failure measures something else.
 */
#ifndef BENCH_NET_H
#define BENCH_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a full socket did not take. */
struct bench_wait {
	uint8_t	*p;
	size_t	 off, n;
};

struct sockaddr_in	bench_net_parse(const char *hostport);		/* "127.0.0.1:80" */
int			bench_net_listen(const struct sockaddr_in *);
int			bench_net_accept(int listener);			/* -1: nobody waits */
int			bench_net_dial(const struct sockaddr_in *);	/* may be in progress */
void			bench_net_watch(int epoll, int fd, void *who);	/* both ways, by edges */
void			bench_net_files(void);		/* as many descriptors as are allowed */

/*
 * Sends p after whatever waits already; what the socket does not take waits. wait->n != 0: call
 * bench_net_flush at the next EPOLLOUT. False: the connection has failed.
 */
bool			bench_net_send(int fd, struct bench_wait *, const uint8_t *p, size_t n);
bool			bench_net_flush(int fd, struct bench_wait *);
void			bench_net_forget(struct bench_wait *);

#endif
