/*
 * The yardstick: moves bytes between a client and a backend and looks at none of them. One
 * thread, edge-triggered epoll set up once per socket, one recv and one send per direction and
 * message, no read to see that nothing is left, one large buffer for all connections. When a
 * socket takes only a part, its side keeps the buffer itself and the relay takes a fresh one, so
 * that nothing is ever copied. With --tls it ends TLS at the client's side.
 *
 *	bench_relay --listen 127.0.0.1:8000 --to 127.0.0.1:9000 [--tls PEM]
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_net.h"
#include "bench_tls.h"

/* Two full packets: the few bytes over of a rounder size would leave as a packet of their own. */
#define RELAY_READ	(2 * 65408)
#define RELAY_EVENTS	128

struct relay_pair;

struct relay_side {
	struct relay_pair	*pair;
	struct relay_side	*other;
	int			 fd;
	bool			 more;		/* may hold bytes that were not read yet */
	bool			 hup;		/* its end is near: read until it is seen */
	bool			 ended;		/* it will send no more */
	bool			 told;		/* our end was sent to it */
	struct bench_wait	 wait;
	SSL			*ssl;
};

struct relay_pair {
	struct relay_side	 front, back;
	struct relay_pair	*next_dead;
	bool			 dead;
};

struct relay_spare {
	struct relay_spare	*next;
};

static struct {
	int			 epoll, listener;
	struct sockaddr_in	 to;
	SSL_CTX			*tls;
	uint8_t			*buffer;	/* as it came from the socket */
	uint8_t			*plain;		/* opened */
	struct relay_spare	*spare;
	struct relay_pair	*dead;
} relay;

static uint8_t *
relay_buffer(void)
{
	struct relay_spare *spare = relay.spare;

	if (spare != NULL)
		relay.spare = spare->next;
	else if ((spare = malloc(BENCH_TLS_ROOM)) == NULL)
		err(1, "malloc");
	return (uint8_t *)spare;
}

static void
relay_forget(struct bench_wait *wait)
{
	struct relay_spare *spare = (void *)wait->p;

	if (spare != NULL) {
		spare->next = relay.spare;
		relay.spare = spare;
	}
	*wait = (struct bench_wait){ 0 };
}

/* A pair may still have an event in the batch at hand: freed after it. */
static void
relay_drop(struct relay_pair *pair)
{
	if (pair->dead)
		return;
	pair->dead = true;
	pair->next_dead = relay.dead;
	relay.dead = pair;
	close(pair->front.fd);
	close(pair->back.fd);
}

static void
relay_bury(void)
{
	while (relay.dead != NULL) {
		struct relay_pair *pair = relay.dead;

		relay.dead = pair->next_dead;
		SSL_free(pair->front.ssl);
		relay_forget(&pair->front.wait);
		relay_forget(&pair->back.wait);
		free(pair);
	}
}

/* How much of p the socket took; a failed connection is dropped. */
static size_t
relay_put(struct relay_side *side, const uint8_t *p, size_t n)
{
	ssize_t put = send(side->fd, p, n, MSG_NOSIGNAL);

	if (put < 0 && errno != EAGAIN)
		relay_drop(side->pair);
	return put < 0 ? 0 : (size_t)put;
}

/* Sends what is in *buffer. If a part waits, the buffer goes with it and *buffer is a new one. */
static void
relay_send(struct relay_side *side, uint8_t **buffer, size_t n)
{
	size_t put = relay_put(side, *buffer, n);

	if (put == n)
		return;
	side->wait = (struct bench_wait){ *buffer, put, n - put };
	*buffer = relay_buffer();
}

/* What TLS wants sent lies in a buffer of its own, so what has to wait is copied. */
static void
relay_send_sealed(struct relay_side *side)
{
	size_t n, put = 0;
	const uint8_t *p = bench_tls_take(&n);

	if (side->wait.n == 0)
		put = n > 0 ? relay_put(side, p, n) : 0;
	if (put == n)
		return;
	if (side->wait.n == 0)
		side->wait.p = relay_buffer();
	if (side->wait.off + side->wait.n + n - put > BENCH_TLS_ROOM)
		errx(1, "a client asks for answers and does not read them");
	memcpy(side->wait.p + side->wait.off + side->wait.n, p + put, n - put);
	side->wait.n += n - put;
}

static void
relay_flush(struct relay_side *side)
{
	size_t put = relay_put(side, side->wait.p + side->wait.off, side->wait.n);

	side->wait.off += put;
	side->wait.n -= put;
	if (side->wait.n == 0)
		relay_forget(&side->wait);
}

static void
relay_pass(struct relay_side *side, size_t n)
{
	enum bench_tls_state state;
	size_t got;

	if (side->ssl != NULL) {
		state = bench_tls_open(side->ssl, relay.buffer, n, relay.plain, &got);
		relay_send_sealed(side);
		if (got > 0 && !side->pair->dead)
			relay_send(side->other, &relay.plain, got);
		if (state == BENCH_TLS_END)
			side->ended = true;
		else if (state == BENCH_TLS_FAILED)
			relay_drop(side->pair);
	} else if (side->other->ssl != NULL) {
		if (!bench_tls_seal(side->other->ssl, relay.buffer, n))
			relay_drop(side->pair);
		else
			relay_send_sealed(side->other);
	} else
		relay_send(side->other, &relay.buffer, n);
}

/* Passes the end of one side on to the other, once everything before it is out. */
static void
relay_end(struct relay_side *side)
{
	struct relay_side *other = side->other;

	if (!side->ended || other->told || other->wait.n > 0)
		return;
	if (other->ssl != NULL) {
		bench_tls_bye(other->ssl);
		relay_send_sealed(other);
	}
	other->told = true;
	(void)shutdown(other->fd, SHUT_WR);
	if (other->ended)
		relay_drop(side->pair);
}

static void
relay_pump(struct relay_side *side)
{
	while (side->more && !side->ended && side->other->wait.n == 0 && !side->pair->dead) {
		ssize_t n = recv(side->fd, relay.buffer, RELAY_READ, 0);

		if (n < 0 && errno != EAGAIN) {
			relay_drop(side->pair);
			return;
		}
		/* A short read leaves nothing behind, and what comes later is a new edge. */
		side->more = n == RELAY_READ || (n > 0 && side->hup);
		side->ended = n == 0;
		if (n > 0)
			relay_pass(side, (size_t)n);
	}
	if (!side->pair->dead)
		relay_end(side);
}

static void
relay_event(struct relay_side *side, uint32_t events)
{
	if (side->pair->dead)
		return;
	if (events & EPOLLERR) {
		relay_drop(side->pair);
		return;
	}
	if (side->wait.n > 0 && (events & EPOLLOUT)) {
		relay_flush(side);
		if (side->wait.n == 0 && !side->pair->dead)
			relay_pump(side->other);
	}
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP) && !side->pair->dead) {
		side->more = true;
		side->hup |= (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
		relay_pump(side);
	}
}

static void
relay_accept(void)
{
	int fd;

	while ((fd = bench_net_accept(relay.listener)) >= 0) {
		struct relay_pair *pair = calloc(1, sizeof(*pair));

		if (pair == NULL)
			err(1, "malloc");
		pair->front = (struct relay_side){ .pair = pair, .other = &pair->back, .fd = fd };
		pair->back = (struct relay_side){ .pair = pair, .other = &pair->front };
		pair->back.fd = bench_net_dial(&relay.to);
		if (relay.tls != NULL)
			pair->front.ssl = bench_tls_new(relay.tls);
		bench_net_watch(relay.epoll, pair->back.fd, &pair->back);
		bench_net_watch(relay.epoll, pair->front.fd, &pair->front);
	}
}

static void
relay_run(void)
{
	struct epoll_event events[RELAY_EVENTS];

	for (;;) {
		int n = epoll_wait(relay.epoll, events, RELAY_EVENTS, -1);

		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				relay_accept();
			else
				relay_event(events[i].data.ptr, events[i].events);
		}
		relay_bury();
	}
}

static void
relay_stop(int signal)
{
	(void)signal;
	_exit(0);
}

static void
relay_start(const struct sockaddr_in *at)
{
	struct epoll_event ev = { .events = EPOLLIN };

	signal(SIGTERM, relay_stop);
	bench_net_files();
	relay.buffer = relay_buffer();
	relay.plain = relay_buffer();
	relay.epoll = epoll_create1(EPOLL_CLOEXEC);
	relay.listener = bench_net_listen(at);
	if (relay.epoll < 0 ||
	    epoll_ctl(relay.epoll, EPOLL_CTL_ADD, relay.listener, &ev) != 0)
		err(1, "cannot start");
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "to", required_argument, NULL, 't' },
		{ "tls", required_argument, NULL, 's' },
		{ 0 },
	};
	struct sockaddr_in at = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'l')
			at = bench_net_parse(optarg);
		else if (option == 't')
			relay.to = bench_net_parse(optarg);
		else if (option == 's')
			relay.tls = bench_tls_server(optarg);
		else
			return 2;
	}
	if (at.sin_port == 0 || relay.to.sin_port == 0)
		errx(2, "--listen and --to are needed");
	relay_start(&at);
	relay_run();
}
