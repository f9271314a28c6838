/*
 * One connection of the load: TCP, TLS if wanted, the WebSocket handshake if wanted, then
 * payload both ways. Clients are told apart from what they are used for by the job (bench_load).
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench_handshake.h"
#include "bench_net.h"
#include "bench_ws.h"

enum bench_client_stage {
	BENCH_CLIENT_CLOSED,
	BENCH_CLIENT_DIALLING,
	BENCH_CLIENT_OPENING,		/* TLS, upgrade */
	BENCH_CLIENT_LIVE,
	BENCH_CLIENT_CLOSING,		/* we said so and wait for the other end to close */
};

struct bench_client {
	enum bench_client_stage	 stage;
	int			 fd;
	bool			 hup;
	struct bench_wait	 wait;
	SSL			*ssl;
	struct bench_handshake	*handshake;
	struct bench_ws		 ws;
	uint64_t		 blocks;	/* still to be poured */
	/* For whoever uses it: */
	uint64_t		 pos, expect;	/* payload of this job: arrived, to arrive */
};

/* How all clients connect, and whom they tell. */
struct bench_client_plan {
	int			 epoll;
	struct sockaddr_in	 to;
	SSL_CTX			*tls;		/* NULL: plain */
	bool			 raw;		/* bytes, no WebSocket */
	const char		*path;
	void	(*live)(struct bench_client *);
	void	(*payload)(struct bench_client *, const uint8_t *p, size_t n);
	void	(*closed)(struct bench_client *);	/* after bench_client_close, once */
};

void	bench_client_plan(const struct bench_client_plan *);
void	bench_client_open(struct bench_client *);
/* One message (a small one, or any bytes if raw); then, if asked for, blocks of BENCH_BLOCK_SIZE. */
void	bench_client_send(struct bench_client *, const uint8_t *p, size_t n);
void	bench_client_pour(struct bench_client *, uint64_t blocks);
void	bench_client_close(struct bench_client *);
void	bench_client_event(struct bench_client *, uint32_t events);

#endif
