/*
 * Compressing messages of WebSocket and taking them apart again (RFC 7692 section 7.2). Pure; a
 * state serves one connection, or, where messages do not refer to each other, any number in turn.
 */
#ifndef WS_DEFLATE_H
#define WS_DEFLATE_H

#include "base/fault.h"
#include "base/slice.h"

struct ws_deflater;
struct ws_inflater;

/* About 256 KiB and 40 KiB. NULL: out of memory. window: bits, 9 to 15. */
struct ws_deflater	*ws_deflater_new(unsigned window);
void			 ws_deflater_free(struct ws_deflater *);
struct ws_inflater	*ws_inflater_new(void);
void			 ws_inflater_free(struct ws_inflater *);
/* What comes next does not refer to anything before it. */
void			 ws_inflater_reset(struct ws_inflater *);

/* The most that n bytes become. */
size_t	ws_deflate_bound(size_t n);
/*
 * Compresses a piece of a message, whole by itself: pieces put together are the message's data,
 * whatever states made them. out has room for ws_deflate_bound(n). last: the message ends here, so
 * the four bytes that it would end in are left out (section 7.2.1). takeover: the piece may refer
 * to what this state has compressed before. level: 1 to 9. Returns how many bytes were made.
 */
size_t	ws_deflate(struct ws_deflater *, const uint8_t *p, size_t n, bool last, bool takeover,
	    int level, uint8_t *out);
/*
 * Inflates from the front of p into out, until the one is used up or the other full. At a message's
 * end ws_inflate_end is to be shown, too. More may come of the same bytes as long as *made = room.
 * FAULT_WS_INFLATE: this is no DEFLATE; NO_MEMORY.
 */
enum fault ws_inflate(struct ws_inflater *, const uint8_t *p, size_t n, size_t *used,
	    uint8_t *out, size_t room, size_t *made) MUST_USE;
/* What a sender left out at the end of a message (section 7.2.2). */
extern const struct slice ws_inflate_end;

#endif
