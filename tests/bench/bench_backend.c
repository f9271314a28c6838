/*
 * The service behind every proxy: does what its orders say (bench_order.h), over plain TCP for
 * proxies that end the WebSocket themselves and over WebSocket for those that only pass it on. A
 * third port answers HTTP requests (bench_http.h).
 *
 *	bench_backend --tcp 127.0.0.1:9000 --ws 127.0.0.1:9001 --http 127.0.0.1:9002
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_handshake.h"
#include "bench_http.h"
#include "bench_net.h"
#include "bench_order.h"
#include "bench_ws.h"

#define BACKEND_READ	262144
#define BACKEND_EVENTS	128

enum backend_speech { BACKEND_TCP, BACKEND_WS, BACKEND_HTTP, BACKEND_SPEECHES };

struct backend_peer {
	int			 fd;
	enum backend_speech	 speech;
	bool			 hup, closing, dead;
	struct backend_peer	*next_dead;
	struct bench_wait	 wait;
	struct bench_handshake	*handshake;	/* a head, until it is answered */
	struct bench_ws		 in;
	uint8_t			 order[BENCH_ORDER_SIZE];
	size_t			 order_n;
	uint8_t			 kind;		/* of the order at work; 0: none */
	uint64_t		 left;		/* D: blocks; U: bytes */
};

static struct {
	int			 epoll, listeners[BACKEND_SPEECHES];
	uint64_t		 answered;	/* HTTP requests */
	uint8_t			 buffer[BACKEND_READ];
	/* A block as a frame; without its head it is a block. */
	uint8_t			 frame[BENCH_WS_HEAD_MAX + BENCH_BLOCK_SIZE];
	size_t			 frame_head;
	struct backend_peer	*dead;
} backend;

static void
backend_drop(struct backend_peer *peer)
{
	if (peer->dead)
		return;
	peer->dead = true;
	peer->next_dead = backend.dead;
	backend.dead = peer;
	close(peer->fd);
}

static void
backend_bury(void)
{
	while (backend.dead != NULL) {
		struct backend_peer *peer = backend.dead;

		backend.dead = peer->next_dead;
		bench_net_forget(&peer->wait);
		free(peer->handshake);
		free(peer);
	}
}

static void
backend_send(struct backend_peer *peer, const uint8_t *p, size_t n)
{
	if (!peer->dead && !bench_net_send(peer->fd, &peer->wait, p, n))
		backend_drop(peer);
}

/* One message, in one send. */
static void
backend_answer(struct backend_peer *peer, unsigned opcode, const uint8_t *p, size_t n)
{
	static uint8_t wire[BENCH_WS_HEAD_MAX + BACKEND_READ];
	size_t head;

	if (peer->speech != BACKEND_WS) {
		backend_send(peer, p, n);
		return;
	}
	head = bench_ws_head(wire, opcode, n, NULL);
	memcpy(wire + head, p, n);
	backend_send(peer, wire, head + n);
}

/* Sends blocks for as long as the socket takes them. */
static void
backend_pour(struct backend_peer *peer)
{
	size_t skip = peer->speech == BACKEND_WS ? 0 : backend.frame_head;

	while (peer->kind == 'D' && peer->wait.n == 0 && !peer->dead) {
		backend_send(peer, backend.frame + skip,
		    backend.frame_head + BENCH_BLOCK_SIZE - skip);
		if (--peer->left == 0)
			peer->kind = 0;
	}
}

static size_t
backend_order(struct backend_peer *peer, const uint8_t *p, size_t n)
{
	size_t take = BENCH_ORDER_SIZE - peer->order_n;

	if (take > n)
		take = n;
	memcpy(peer->order + peer->order_n, p, take);
	peer->order_n += take;
	if (peer->order_n < BENCH_ORDER_SIZE)
		return take;
	peer->order_n = 0;
	peer->kind = bench_order_get(peer->order, &peer->left);
	if (memchr("EDU", peer->kind, 3) == NULL || (peer->kind != 'E' && peer->left == 0))
		errx(1, "an order that makes no sense: the proxy changed the bytes");
	if (peer->kind == 'U')
		peer->left *= BENCH_BLOCK_SIZE;
	backend_pour(peer);
	return take;
}

static size_t
backend_swallow(struct backend_peer *peer, const uint8_t *p, size_t n)
{
	if (n > peer->left)
		n = (size_t)peer->left;
	/* left counts down from whole blocks, so it tells the place within one. */
	if (!bench_order_matches(BENCH_BLOCK_SIZE - peer->left % BENCH_BLOCK_SIZE, p, n))
		errx(1, "an upload that came wrong: the proxy changed the bytes");
	peer->left -= n;
	if (peer->left == 0) {
		peer->kind = 0;
		backend_answer(peer, BENCH_WS_BINARY, peer->order, BENCH_ORDER_SIZE);
	}
	return n;
}

static void
backend_payload(struct backend_peer *peer, const uint8_t *p, size_t n)
{
	size_t used;

	for (; n > 0 && !peer->dead; p += used, n -= used) {
		used = n;
		if (peer->kind == 0)
			used = backend_order(peer, p, n);
		else if (peer->kind == 'U')
			used = backend_swallow(peer, p, n);
		else if (peer->kind == 'E')
			backend_answer(peer, peer->in.opcode == BENCH_WS_TEXT ? BENCH_WS_TEXT
			    : BENCH_WS_BINARY, p, n);
		else
			errx(1, "bytes while a download goes on");
	}
}

static void
backend_frames(struct backend_peer *peer, uint8_t *p, size_t n)
{
	struct bench_ws_piece piece;
	size_t used;

	for (; n > 0 && !peer->dead && !peer->closing; p += used, n -= used) {
		used = bench_ws_next(&peer->in, p, n, &piece);
		if (piece.p == NULL)
			continue;
		if (piece.opcode == BENCH_WS_PING)
			backend_answer(peer, BENCH_WS_PONG, piece.p, piece.n);
		else if (piece.opcode == BENCH_WS_CLOSE) {
			backend_answer(peer, BENCH_WS_CLOSE, piece.p, piece.n);
			peer->closing = true;
		} else if (piece.opcode < BENCH_WS_CLOSE)
			backend_payload(peer, piece.p, piece.n);
	}
}

/* What is less than a block leaves with its head. */
static void
backend_http_answer(struct backend_peer *peer, uint64_t bytes)
{
	static uint8_t wire[BENCH_HANDSHAKE_MAX + BENCH_BLOCK_SIZE];
	size_t head = bench_http_answer((char *)wire, bytes, ++backend.answered);
	size_t rest = (size_t)(bytes % BENCH_BLOCK_SIZE);

	memcpy(wire + head, backend.frame + backend.frame_head, rest);
	if (rest > 0 && rest != bytes)
		errx(1, "a request for blocks and a half");
	backend_send(peer, wire, head + rest);
	peer->left = bytes / BENCH_BLOCK_SIZE;
	peer->kind = peer->left > 0 ? 'D' : 0;
	backend_pour(peer);
}

static void
backend_http(struct backend_peer *peer, const uint8_t *p, size_t n)
{
	uint64_t bytes;
	size_t used;

	for (; n > 0 && !peer->dead; p += used, n -= used) {
		if (!bench_handshake_collect(peer->handshake, p, n, &used))
			continue;
		peer->handshake->text[peer->handshake->n] = '\0';
		if (peer->kind != 0 || !bench_http_asked(peer->handshake, &bytes))
			errx(1, "a request that nobody made:\n%s", peer->handshake->text);
		peer->handshake->n = 0;
		backend_http_answer(peer, bytes);
	}
}

static void
backend_ws(struct backend_peer *peer, uint8_t *p, size_t n)
{
	char answer[BENCH_HANDSHAKE_MAX];
	size_t used = 0;

	if (peer->handshake != NULL) {
		if (!bench_handshake_collect(peer->handshake, p, n, &used))
			return;
		backend_send(peer, (const uint8_t *)answer,
		    bench_handshake_answer(answer, peer->handshake));
		free(peer->handshake);
		peer->handshake = NULL;
	}
	backend_frames(peer, p + used, n - used);
}

static void
backend_bytes(struct backend_peer *peer, uint8_t *p, size_t n)
{
	if (peer->speech == BACKEND_WS)
		backend_ws(peer, p, n);
	else if (peer->speech == BACKEND_HTTP)
		backend_http(peer, p, n);
	else
		backend_payload(peer, p, n);
}

static void
backend_read(struct backend_peer *peer)
{
	ssize_t n = BACKEND_READ;

	while ((n == BACKEND_READ || peer->hup) && !peer->dead) {
		n = recv(peer->fd, backend.buffer, BACKEND_READ, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0)
			backend_bytes(peer, backend.buffer, (size_t)n);
		if (n <= 0 || (peer->closing && peer->wait.n == 0))
			backend_drop(peer);
	}
}

static void
backend_event(struct backend_peer *peer, uint32_t events)
{
	if (peer->dead)
		return;
	if ((events & EPOLLERR) || !bench_net_flush(peer->fd, &peer->wait)) {
		backend_drop(peer);
		return;
	}
	backend_pour(peer);
	peer->hup |= (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
		backend_read(peer);
}

static void
backend_accept(enum backend_speech speech)
{
	int fd;

	while ((fd = bench_net_accept(backend.listeners[speech])) >= 0) {
		struct backend_peer *peer = calloc(1, sizeof(*peer));

		if (peer == NULL ||
		    (speech != BACKEND_TCP &&
		     (peer->handshake = calloc(1, sizeof(*peer->handshake))) == NULL))
			err(1, "malloc");
		peer->fd = fd;
		peer->speech = speech;
		bench_net_watch(backend.epoll, fd, peer);
	}
}

/* Of a listener; -1: who is a peer. */
static ptrdiff_t
backend_speech_of(const void *who)
{
	for (ptrdiff_t i = 0; i < BACKEND_SPEECHES; i++)
		if (who == &backend.listeners[i])
			return i;
	return -1;
}

static void
backend_run(void)
{
	struct epoll_event events[BACKEND_EVENTS];

	for (;;) {
		int n = epoll_wait(backend.epoll, events, BACKEND_EVENTS, -1);

		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++) {
			ptrdiff_t speech = backend_speech_of(events[i].data.ptr);

			if (speech >= 0)
				backend_accept((enum backend_speech)speech);
			else
				backend_event(events[i].data.ptr, events[i].events);
		}
		backend_bury();
	}
}

static int
backend_listen(const struct sockaddr_in *at, int *listener)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = listener };

	*listener = bench_net_listen(at);
	return epoll_ctl(backend.epoll, EPOLL_CTL_ADD, *listener, &ev);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tcp", required_argument, NULL, BACKEND_TCP },
		{ "ws", required_argument, NULL, BACKEND_WS },
		{ "http", required_argument, NULL, BACKEND_HTTP },
		{ 0 },
	};
	struct sockaddr_in at[BACKEND_SPEECHES] = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option >= BACKEND_SPEECHES)
			return 2;
		at[option] = bench_net_parse(optarg);
	}
	bench_net_files();
	backend.frame_head =
	    bench_ws_head(backend.frame, BENCH_WS_BINARY, BENCH_BLOCK_SIZE, NULL);
	memcpy(backend.frame + backend.frame_head, bench_order_block(), BENCH_BLOCK_SIZE);
	backend.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (backend.epoll < 0)
		err(1, "cannot start");
	for (int i = 0; i < BACKEND_SPEECHES; i++) {
		if (at[i].sin_port == 0)
			errx(2, "--%s is needed", options[i].name);
		if (backend_listen(&at[i], &backend.listeners[i]) != 0)
			err(1, "cannot start");
	}
	backend_run();
}
