/*
 * What the client said and no request has carried yet: whole messages, in order. Bounded by the
 * route's buffer and one message.
 */
#ifndef BACK_OUTBOX_H
#define BACK_OUTBOX_H

#include "channel/assembly.h"
#include "channel/channel.h"
#include "codec/ws.h"

struct back_message {
	struct list	 link;
	enum ws_opcode	 kind;		/* WS_TEXT, WS_BINARY; WS_PONG, where it is asked for */
	size_t		 n, taken;	/* bytes; of them at the front that are gone already */
	uint8_t		 p[];
};

struct back_outbox {
	struct worker	*worker;
	struct list	 messages;	/* struct back_message */
	struct assembly	 partial;	/* of one that is not complete */
	uint64_t	 buffer;	/* as the route says */
	size_t		 count;
	size_t		 content;	/* bytes of theirs that are not gone */
	uint64_t	 held;		/* bytes of memory */
	bool		 told_full;
};

void		 back_outbox_init(struct back_outbox *, struct worker *, uint64_t buffer);
void		 back_outbox_clear(struct back_outbox *);
/* Copies it. NO_MEMORY: it was not taken. */
enum fault	 back_outbox_put(struct back_outbox *, const struct msg *) MUST_USE;
/* The first message, or NULL; with list.next of its link those behind it. */
struct back_message *back_outbox_first(const struct back_outbox *);
struct back_message *back_outbox_after(const struct back_outbox *, const struct back_message *);
void		 back_outbox_drop(struct back_outbox *, struct back_message *);
/* The first n bytes of content are gone, and the empty messages in between, of the first `most`. */
void		 back_outbox_drop_content(struct back_outbox *, size_t n, size_t most);
/* More than the buffer: FLOW_FULL is to be said. */
bool		 back_outbox_is_full(struct back_outbox *);
/* That was so, and is not any more: channel_room is to be called. */
bool		 back_outbox_has_room(struct back_outbox *);

#endif
