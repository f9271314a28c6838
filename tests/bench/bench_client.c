#include "bench_client.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_order.h"
#include "bench_tls.h"

#define BENCH_CLIENT_SMALL	4096	/* the largest message that is not a block */

static struct bench_client_plan plan;
static char	bench_client_request[BENCH_HANDSHAKE_MAX];
static size_t	bench_client_request_n;
/* A block as a masked frame, or without a head when the load is raw. */
static uint8_t	bench_client_block[BENCH_WS_HEAD_MAX + BENCH_BLOCK_SIZE];
static size_t	bench_client_block_n;
static uint8_t	bench_client_buffer[BENCH_TLS_PIECE], bench_client_plain[BENCH_TLS_ROOM];

static size_t
bench_client_frame(uint8_t *wire, unsigned opcode, const uint8_t *p, size_t n)
{
	size_t head = plan.raw ? 0 : bench_ws_head(wire, opcode, n, bench_ws_key);

	memcpy(wire + head, p, n);
	if (!plan.raw)
		bench_ws_mask(wire + head, n, bench_ws_key, 0);
	return head + n;
}

void
bench_client_plan(const struct bench_client_plan *how)
{
	char host[32];

	plan = *how;
	(void)snprintf(host, sizeof(host), "127.0.0.1:%u", ntohs(plan.to.sin_port));
	bench_client_request_n = bench_handshake_request(bench_client_request, host, plan.path);
	bench_client_block_n = bench_client_frame(bench_client_block, BENCH_WS_BINARY,
	    bench_order_block(), BENCH_BLOCK_SIZE);
}

static void
bench_client_lost(const struct bench_client *client, const char *why)
{
	static const char *const stages[] = { "closed", "dialling", "opening", "in use", "closing" };

	errx(1, "a connection failed while %s: %s", stages[client->stage], why);
}

static void
bench_client_put(struct bench_client *client, const uint8_t *p, size_t n)
{
	if (n > 0 && !bench_net_send(client->fd, &client->wait, p, n) &&
	    client->stage != BENCH_CLIENT_CLOSING)
		bench_client_lost(client, strerror(errno));
}

static void
bench_client_put_sealed(struct bench_client *client)
{
	size_t n;
	const uint8_t *p = bench_tls_take(&n);

	bench_client_put(client, p, n);
}

static void
bench_client_write(struct bench_client *client, const uint8_t *p, size_t n)
{
	if (client->ssl == NULL) {
		bench_client_put(client, p, n);
		return;
	}
	if (!bench_tls_seal(client->ssl, p, n))
		bench_client_lost(client, "TLS could not write");
	bench_client_put_sealed(client);
}

void
bench_client_open(struct bench_client *client)
{
	*client = (struct bench_client){ .stage = BENCH_CLIENT_DIALLING };
	client->fd = bench_net_dial(&plan.to);
	if (plan.tls != NULL)
		client->ssl = bench_tls_new(plan.tls);
	if (!plan.raw && (client->handshake = calloc(1, sizeof(*client->handshake))) == NULL)
		err(1, "malloc");
	bench_net_watch(plan.epoll, client->fd, client);
}

/* The transport stands: upgrade, or be live at once. */
static void
bench_client_up(struct bench_client *client)
{
	if (plan.raw) {
		client->stage = BENCH_CLIENT_LIVE;
		plan.live(client);
	} else
		bench_client_write(client, (const uint8_t *)bench_client_request,
		    bench_client_request_n);
}

static void
bench_client_control(struct bench_client *client, const struct bench_ws_piece *piece)
{
	uint8_t wire[BENCH_WS_HEAD_MAX + BENCH_WS_CONTROL_MAX];

	if (piece->opcode == BENCH_WS_PING && client->stage == BENCH_CLIENT_LIVE)
		bench_client_write(client, wire,
		    bench_client_frame(wire, BENCH_WS_PONG, piece->p, piece->n));
	else if (piece->opcode == BENCH_WS_CLOSE && client->stage == BENCH_CLIENT_LIVE)
		bench_client_lost(client, "the other end closed the WebSocket");
}

static void
bench_client_frames(struct bench_client *client, uint8_t *p, size_t n)
{
	struct bench_ws_piece piece;
	size_t used;

	for (; n > 0; p += used, n -= used) {
		used = bench_ws_next(&client->ws, p, n, &piece);
		if (piece.p != NULL && piece.opcode >= BENCH_WS_CLOSE)
			bench_client_control(client, &piece);
		else if (piece.p != NULL && piece.n > 0)
			plan.payload(client, piece.p, piece.n);
	}
}

static void
bench_client_bytes(struct bench_client *client, uint8_t *p, size_t n)
{
	const char *wrong;
	size_t used;

	if (plan.raw) {
		plan.payload(client, p, n);
		return;
	}
	if (client->handshake != NULL) {
		if (!bench_handshake_collect(client->handshake, p, n, &used))
			return;
		if ((wrong = bench_handshake_check(client->handshake)) != NULL)
			errx(1, "%s:\n%s", wrong, client->handshake->text);
		free(client->handshake);
		client->handshake = NULL;
		p += used;
		n -= used;
		client->stage = BENCH_CLIENT_LIVE;
		plan.live(client);
	}
	bench_client_frames(client, p, n);
}

static void
bench_client_gone(struct bench_client *client, const char *why)
{
	if (client->stage != BENCH_CLIENT_CLOSING)
		bench_client_lost(client, why);
	close(client->fd);
	SSL_free(client->ssl);
	bench_net_forget(&client->wait);
	client->stage = BENCH_CLIENT_CLOSED;
	plan.closed(client);
}

/* What came from the socket; false: the client is gone. */
static bool
bench_client_took(struct bench_client *client, size_t n)
{
	enum bench_tls_state state;
	size_t got;
	bool up = client->ssl == NULL || SSL_is_init_finished(client->ssl);

	if (client->ssl == NULL) {
		bench_client_bytes(client, bench_client_buffer, n);
		return true;
	}
	state = bench_tls_open(client->ssl, bench_client_buffer, n, bench_client_plain, &got);
	bench_client_put_sealed(client);
	if (state == BENCH_TLS_FAILED)
		bench_client_lost(client, "TLS failed");
	if (!up && SSL_is_init_finished(client->ssl))
		bench_client_up(client);
	if (got > 0)
		bench_client_bytes(client, bench_client_plain, got);
	if (state == BENCH_TLS_END)
		bench_client_gone(client, "the other end closed TLS");
	return state == BENCH_TLS_OK;
}

static void
bench_client_read(struct bench_client *client)
{
	ssize_t n = BENCH_TLS_PIECE;

	while (n == BENCH_TLS_PIECE || client->hup) {
		n = recv(client->fd, bench_client_buffer, BENCH_TLS_PIECE, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			bench_client_gone(client, n == 0 ? "the other end closed" :
							   strerror(errno));
			return;
		}
		if (!bench_client_took(client, (size_t)n))
			return;
	}
}

static void
bench_client_blocks(struct bench_client *client)
{
	while (client->blocks > 0 && client->wait.n == 0) {
		client->blocks--;
		bench_client_write(client, bench_client_block, bench_client_block_n);
	}
}

/* Connected: speak first. */
static void
bench_client_start(struct bench_client *client)
{
	size_t none;

	if (client->ssl == NULL)
		bench_client_up(client);
	else {
		(void)bench_tls_open(client->ssl, NULL, 0, bench_client_plain, &none);
		bench_client_put_sealed(client);
	}
}

void
bench_client_event(struct bench_client *client, uint32_t events)
{
	uint32_t end = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);

	if (client->stage == BENCH_CLIENT_CLOSED)
		return;
	client->hup |= end != 0;
	if (client->stage == BENCH_CLIENT_DIALLING && (events & EPOLLOUT) && !end) {
		client->stage = BENCH_CLIENT_OPENING;
		bench_client_start(client);
	}
	if (!bench_net_flush(client->fd, &client->wait))
		bench_client_lost(client, strerror(errno));
	bench_client_blocks(client);
	if (end != 0 || (events & EPOLLIN))
		bench_client_read(client);
}

void
bench_client_send(struct bench_client *client, const uint8_t *p, size_t n)
{
	uint8_t wire[BENCH_WS_HEAD_MAX + BENCH_CLIENT_SMALL];

	if (plan.raw) {
		bench_client_write(client, p, n);
		return;
	}
	if (n > BENCH_CLIENT_SMALL)
		errx(2, "a message of more than %d bytes", BENCH_CLIENT_SMALL);
	bench_client_write(client, wire, bench_client_frame(wire, BENCH_WS_BINARY, p, n));
}

void
bench_client_pour(struct bench_client *client, uint64_t blocks)
{
	client->blocks += blocks;
	bench_client_blocks(client);
}

void
bench_client_close(struct bench_client *client)
{
	static const uint8_t normal[2] = { 1000 >> 8, 1000 & 0xff };
	uint8_t wire[BENCH_WS_HEAD_MAX + sizeof(normal)];

	if (!plan.raw)
		bench_client_write(client, wire,
		    bench_client_frame(wire, BENCH_WS_CLOSE, normal, sizeof(normal)));
	else if (client->ssl != NULL) {
		bench_tls_bye(client->ssl);
		bench_client_put_sealed(client);
	}
	if (plan.raw)
		(void)shutdown(client->fd, SHUT_WR);
	client->stage = BENCH_CLIENT_CLOSING;
}
