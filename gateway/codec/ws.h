/*
 * WebSocket frames (RFC 6455 section 5). Pure and streaming: payload is handed on as it arrives,
 * so a frame of any length costs no memory.
 */
#ifndef WS_H
#define WS_H

#include "base/fault.h"
#include "base/slice.h"
#include "base/utf8.h"

enum ws_opcode {
	WS_CONTINUATION = 0x0, WS_TEXT = 0x1, WS_BINARY = 0x2,
	WS_CLOSE = 0x8, WS_PING = 0x9, WS_PONG = 0xa
};

enum { WS_HEAD_MAX = 14, WS_CONTROL_MAX = 125 };
/* In a frame's first byte: the message is compressed (RFC 7692 section 6). */
enum { WS_RSV1 = 0x40 };
/*
 * Of a compressed message so much is handed on at a time: what it may inflate to, 1032 times as
 * much, is less than what a stream may be overfilled by (STREAM_SLACK).
 */
enum { WS_COMPRESSED_PIECE = 128 };

/* The receiving side of one connection. */
struct ws_reader {
	uint64_t	 left;		/* payload bytes of the data frame still to come */
	uint64_t	 total;		/* payload bytes of this message's frames so far */
	/* 0: no limit; larger: FAULT_WS_TOO_BIG at the frame's head */
	uint64_t	 max_message;
	uint8_t		 mask[4];	/* rotated to the next payload byte */
	struct utf8_state utf8;
	uint8_t		 message;	/* WS_TEXT or WS_BINARY within a message, else 0 */
	bool		 final;		/* the frame being read ends the message */
	/* frames must be masked (we are the server), or must not be */
	bool		 masked;
	bool		 deflate;	/* permessage-deflate was agreed on; set after init */
	bool		 compressed;	/* the message being read is */
};

/* One thing that was read. */
struct ws_event {
	/* WS_TEXT, WS_BINARY: a piece of a message; WS_CLOSE/PING/PONG: whole */
	uint8_t	 opcode;
	bool	 more;		/* the message goes on after this piece */
	/* Still to be inflated: neither its size nor its UTF-8 has been looked at. */
	bool	 compressed;
	uint8_t	*p;		/* unmasked in place within the caller's bytes */
	size_t	 n;		/* may be 0: an empty control frame, message or fragment */
};

void	ws_reader_init(struct ws_reader *, bool masked, uint64_t max_message);
/*
 * Reads one event off the front of p. *used bytes were taken; *used = 0: nothing can be said yet,
 * show these bytes again with more behind them (at most WS_HEAD_MAX + WS_CONTROL_MAX are ever
 * waited for). A data frame's head is taken together with its first payload byte; an empty piece
 * is reported only for an empty frame.
 * Faults: WS_PROTOCOL and WS_TOO_BIG at the first byte of a head that makes them certain, WS_UTF8
 * at the first impossible byte of a text message, or when it ends within a character. A close
 * event's payload has been checked (code and UTF-8 reason). After a fault the reader is done.
 */
enum fault ws_read(struct ws_reader *, uint8_t *p, size_t n, struct ws_event *, size_t *used)
    MUST_USE;

/* Code and reason of a close event; 1005 when it is empty (RFC 6455 section 7.1.5). */
uint16_t	ws_close_code(const struct ws_event *, struct slice *reason);
/* May this code stand in a Close frame (section 7.4)? */
bool		ws_close_code_valid(unsigned code);

/* Writes a server's frame head (no mask); returns its length, 2 to 10. */
size_t		ws_write_head(uint8_t out[WS_HEAD_MAX], enum ws_opcode, bool final, uint64_t n);
/*
 * Makes the frame a client's: the mask goes behind its head of `size` bytes, and over its payload,
 * in place. Returns the head's length then. Each frame has a mask of its own, which nobody can
 * foresee (section 10.3).
 */
size_t		ws_write_mask(uint8_t head[WS_HEAD_MAX], size_t size, uint32_t mask, uint8_t *p,
		    size_t n);
/*
 * Payload of a Close frame; the reason is cut at a character to fit 125 bytes, and at its first
 * byte that is not UTF-8. Returns its length.
 */
size_t		ws_write_close(uint8_t out[WS_CONTROL_MAX], uint16_t code, struct slice reason);

/*
 * XORs with the mask and rotates it to stand for the byte after (section 5.3). Tells whether all
 * bytes that came out are ASCII, which costs next to nothing here.
 */
bool		ws_mask(uint8_t *p, size_t n, uint8_t mask[4]);

#endif
