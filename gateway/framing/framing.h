/*
 * Framers turn messages into bytes and back, for backends that only know bytes. Two functions
 * each, which keep nothing themselves; the table below is the only place that names them.
 *
 * Nothing is ever allocated here: a message of the backend that is longer than what may be kept
 * passes on in fragments while it comes.
 */
#ifndef FRAMING_H
#define FRAMING_H

#include <sys/uio.h>

#include "base/fault.h"
#include "base/slice.h"

enum msg_kind { MSG_TEXT = 1, MSG_BINARY = 2 };	/* the WebSocket opcodes */

/*
 * A message or a piece of one. The bytes belong to whoever passes it on, for that call only; p may
 * be NULL if there are none.
 */
struct msg {
	uint8_t	*p;
	size_t	 n;
	uint8_t	 kind;		/* enum msg_kind */
	bool	 more;		/* a fragment, not the end */
};

enum {
	FRAMER_SCRATCH = 32,
	FRAMER_HOLD = 16 * 1024
};

struct framer;

/* A framer and what the route says about it; lives as long as the route. */
struct framing {
	const struct framer	*framer;
	uint64_t		 max_message;		/* 0: no limit */
	/* Of a message of the backend this much is waited for, before its fragments are sent:
	 * FRAMER_HOLD, or less to see what becomes of long messages. */
	uint32_t		 hold;
	/* How messages of the backend are sent; streaming framers decide themselves. */
	enum msg_kind		 kind;
	bool			 replace_invalid;	/* of text: invalid = "replace" */
};

/* How far the backend's bytes have come; all zero at first. */
struct framer_run {
	uint64_t	passed;		/* bytes of this message that have been passed on */
	uint64_t	left;		/* once it was begun: bytes that are still to come */
	uint32_t	seen;		/* bytes at p among which its end does not begin */
	uint8_t		tail;		/* once it was begun: bytes that end it */
	bool		begun;		/* its length is known */
};

struct framer {
	const char	*name;		/* as in the configuration */
	/* Pieces of client messages pass as they come; else wrap needs whole ones. */
	bool		 streaming;
	/* There are messages: what next returns is one, or a fragment of one. */
	bool		 messages;
	enum msg_kind	 kind;		/* what the backend's messages are unless a route says */
	/*
	 * Client to backend: iov gets head, payload and tail (unused ones with length 0). Head and
	 * tail are constants or stand in scratch; the payload is the message's own bytes, which may
	 * be changed in place.
	 */
	enum fault	(*wrap)(const struct framing *, const struct msg *,
			    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3]);
	/*
	 * Backend to client: what comes next off the front of p. *used = 0: nothing yet, show these
	 * bytes again with more behind them. out->p points into p, or to a constant (U+FFFD): it is
	 * not to be written to. eof: no more bytes will follow these, so all of them end up in
	 * messages, or there is a fault. The messages (where there are none: the bytes) do not
	 * depend on how the bytes were cut. A framer that always uses all n bytes finds
	 * room for BASE64_SIZE(n) at p.
	 */
	enum fault	(*next)(const struct framing *, struct framer_run *, uint8_t *p, size_t n,
			    bool eof, struct msg *out, size_t *used);
	/* For those that share their functions. */
	const char	*end;		/* of a message */
	uint8_t		 length_size;	/* bytes of the length in front of a message */
	bool		 little_endian;
};

extern const struct framer	framing_binary, framing_text, framing_base64, framing_line,
    framing_crlf, framing_nul, framing_length8, framing_length16be, framing_length16le,
    framing_length32be, framing_length32le, framing_length64be, framing_length64le,
    framing_netstring;

extern const struct framer *const framing_table[];	/* indexed by enum config_framing */
extern const size_t		  framing_count;
/* NULL when there is none of that name. */
const struct framer		 *framing_find(struct slice name);

#endif
