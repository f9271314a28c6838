/*
 * What SockJS clients get: frames, and how they stand in answers. A frame is valid UTF-8 without
 * line ends, so that it fits wherever one has to.
 */
#ifndef SOCKJS_FRAME_H
#define SOCKJS_FRAME_H

#include "base/buffer.h"

/*
 * Adds a string of a frame a["…","…"]: characters that browsers or what is between mangle are
 * escaped. Bytes travel as base64.
 */
void	sockjs_frame_add_text(struct buffer *, struct slice text);
void	sockjs_frame_add_bytes(struct buffer *, struct slice bytes);
/* Adds a frame c[code,"reason"]; 1006, which nobody may say, is 1002 "Connection interrupted". */
void	sockjs_frame_add_close(struct buffer *, uint16_t code, struct slice reason);

/* The frame in the buffer becomes what stands in an answer of that transport. */
void	sockjs_frame_to_line(struct buffer *);
void	sockjs_frame_to_event(struct buffer *);
/* A piece of script within HTML: nothing in the frame can end it. */
void	sockjs_frame_to_html(struct buffer *);
/* A script that calls it; callback: sockjs_url_is_callback. */
void	sockjs_frame_to_script(struct buffer *, struct slice callback);

#endif
