/*
 * Framers turn messages into bytes and back, for backends that only know bytes. Two pure
 * functions each; the table below is the only place that names them.
 */
#ifndef FRAMING_H
#define FRAMING_H

#include <sys/uio.h>

#include "base/fault.h"
#include "base/slice.h"

enum msg_kind { MSG_TEXT = 1, MSG_BINARY = 2 };	/* the WebSocket opcodes */

/* A message or a piece of one. The bytes belong to whoever passes it on, for that call only. */
struct msg {
	uint8_t	*p;
	size_t	 n;
	uint8_t	 kind;		/* enum msg_kind */
	bool	 more;		/* a fragment, not the end */
};

struct framer_options {
	uint64_t	max_message;		/* 0: no limit */
	bool		replace_invalid;	/* invalid = "replace" */
};

enum { FRAMER_SCRATCH = 32 };

struct framer {
	const char	*name;		/* as in the configuration */
	/*
	 * Pieces pass as they come and message boundaries do not exist; else wrap needs
	 * whole ones.
	 */
	bool		 streaming;
	/*
	 * Client to backend: iov gets head, payload and tail (unused ones with length 0). Head and
	 * tail are constants or stand in scratch; the payload is the message's own bytes.
	 */
	enum fault	(*wrap)(const struct framer_options *, const struct msg *,
			    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3]);
	/*
	 * Backend to client: the next message off the front of p. *used = 0: nothing yet, show
	 * these bytes again with more behind them. out->p points into p, or to a constant (U+FFFD):
	 * it is not to be written to. eof: no more bytes will follow these, so all of them end up
	 * in a message, or there is a fault. The messages (a streaming framer's bytes) do not
	 * depend on how the bytes were cut.
	 */
	enum fault	(*next)(const struct framer_options *, uint8_t *p, size_t n, bool eof,
			    struct msg *out, size_t *used);
};

extern const struct framer	framing_binary, framing_text;

extern const struct framer *const framing_table[];	/* indexed by enum config_framing */
extern const size_t		  framing_count;
/* NULL when there is none of that name. */
const struct framer		 *framing_find(struct slice name);

#endif
