/*
 * WebSocket clients. Messages are the backend's own, or those of a protocol on top of them, which
 * is a kind of front_ws.
 */
#ifndef FRONT_WS_H
#define FRONT_WS_H

#include "channel/ws_endpoint.h"
#include "http/exchange.h"

struct front_ws_kind;

struct front_ws {
	struct ws_endpoint	 end;
	const struct front_ws_kind *kind;
	struct exchange		*x;
	struct slice		 subprotocol;	/* of the configuration */
	/* What is flushed over HTTP/2 may show that all is lost, within whatever is done here. */
	unsigned		 busy;
	bool			 over;		/* to be freed when nothing is */
};

struct front_ws_kind {
	const char		*transport;	/* in the access log */
	size_t			 size;		/* of the structure that begins with front_ws */
	const struct leg_ops	*leg;
	const struct ws_endpoint_ops *end;
	/* The longest message that a client may send; 0: no limit. */
	uint64_t		(*most)(const struct channel *);
	/* All NULL where there is nothing on top. What is its own was all zero: */
	enum fault		(*init)(struct front_ws *);
	/* The handshake is done. */
	void			(*opened)(struct front_ws *);
	/* What is said before a Close with that. */
	void			(*closing)(struct front_ws *, uint16_t code, struct slice reason);
	/* Before it is freed. */
	void			(*clear)(struct front_ws *);
};

static inline struct front_ws *front_ws_of(struct ws_endpoint *e)
{
	return LIST_OWNER(e, struct front_ws, end);
}

extern const struct handler front_ws_handler;
extern const struct front_ws_kind front_ws_plain;

/* Handlers of other kinds are these, and an open with their kind. */
enum fault	front_ws_open_kind(struct exchange *, const struct front_ws_kind *) MUST_USE;
size_t		front_ws_body(struct exchange *, uint8_t *p, size_t n);
void		front_ws_body_end(struct exchange *);
void		front_ws_full(struct exchange *);
void		front_ws_room(struct exchange *);
void		front_ws_gone(struct exchange *, enum fault);

/* Once it is left. */
void		front_ws_free(struct front_ws *);

/* Around what may flush. */
static inline void front_ws_enter(struct front_ws *f)
{
	f->busy++;
}

/* False: it is over, and freed when the outermost returns. */
static inline bool front_ws_leave(struct front_ws *f)
{
	bool over = f->over;

	f->busy--;
	if (over)
		front_ws_free(f);
	return !over;
}

/* What a backend's refusal comes to as a code: the status, where there is one of it. */
uint16_t	front_ws_refusal_code(int status);

/* Of their legs. */
void		front_ws_ready(struct leg *);
uint64_t	front_ws_queued(const struct leg *);
void		front_ws_relay(struct leg *, const struct refusal *);
void		front_ws_close(struct leg *, enum fault, uint16_t code, struct slice reason);

/* Of their endpoints. */
enum flow	front_ws_write(struct ws_endpoint *, const struct iovec *, int n);
void		front_ws_pause(struct ws_endpoint *, unsigned why);
void		front_ws_resume(struct ws_endpoint *, unsigned why);
void		front_ws_finish(struct ws_endpoint *);

#endif
