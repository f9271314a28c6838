/*
 * HTTP/1.1 on the client's side (RFC 9112): one request and its response over a stream that is up.
 * Request and response run at the same time: a server may answer before it has the whole request.
 *
 * A response that is complete, one that ends with its connection, and one that is cut are three
 * different things here: end with H1_CLIENT_COMPLETE, end with H1_CLIENT_UNTIL_CLOSE, and gone.
 */
#ifndef H1_CLIENT_H
#define H1_CLIENT_H

#include "codec/http1_response.h"
#include "net/stream.h"

struct h1_client;

enum h1_client_end { H1_CLIENT_COMPLETE, H1_CLIENT_UNTIL_CLOSE };

/* From the loop only. All but body and head may be followed by others of the same wake-up. */
struct h1_client_events {
	/* 100 Continue. Other interim answers are dropped. */
	void	(*proceed)(struct h1_client *);
	/*
	 * The final answer's head, whose slices are valid during the call. 101 comes only where the
	 * request asked for it, and ends the HTTP on this stream: h1_client_release, or close.
	 */
	void	(*head)(struct h1_client *, const struct http1_response *);
	void	(*body)(struct h1_client *, uint8_t *p, size_t n);	/* takes all of it */
	/* The answer ended properly. The stream is released or closed now. */
	void	(*end)(struct h1_client *, enum h1_client_end);
	void	(*full)(struct h1_client *);	/* of the request's body: write no more */
	void	(*room)(struct h1_client *);
	/*
	 * The last word, the stream is closed: BACK_HTTP, BACK_HEAD, BACK_NO_ANSWER or BACK_RESET
	 * (nothing came), BACK_TRUNCATED (something did).
	 */
	void	(*gone)(struct h1_client *, enum fault);
};

#define H1_CLIENT_CHUNKED	UINT64_MAX

struct h1_client_request {
	struct slice	 head;		/* all of it; lives until the running callback returns */
	uint64_t	 length;	/* of the body; H1_CLIENT_CHUNKED: as the head says, too */
	bool		 head_only;	/* its method is HEAD */
	bool		 upgrade;	/* 101 is what it asks for */
};

/* Embedded in its owner, which must not be freed from within an event. */
struct h1_client {
	struct stream			*stream;	/* NULL: not open, or no more */
	const struct h1_client_events	*events;
	struct http1_limits		 limits;
	struct http1_body_reader	 body;		/* of the response */
	size_t				 scanned;
	uint64_t			 left;		/* of the request's body, or CHUNKED */
	uint8_t				 state;
	bool				 head_only, upgrade;
	bool				 keep_alive;	/* the server is willing */
	bool				 sent;		/* all of the request */
	bool				 heard;		/* anything at all of the server */
	/* At gone: some of the request never left, so the server cannot have acted on it. */
	bool				 unsent;
};

/*
 * Takes the stream over, which is paused (PAUSE_DIAL), and sends the head. limits: of an answer's
 * head.
 */
void		 h1_client_open(struct h1_client *, struct stream *, const struct http1_limits *,
		    const struct h1_client_events *, const struct h1_client_request *);
/* Some of the request's body. FLOW_GONE, too, for more than was announced. */
enum flow	 h1_client_write(struct h1_client *, const uint8_t *p, size_t n);
/* The request's body is complete. */
void		 h1_client_finish(struct h1_client *);
void		 h1_client_pause(struct h1_client *);	/* the answer's body; both are harmless */
void		 h1_client_resume(struct h1_client *);	/* when it is closed */
/* After end: may another request follow on this stream? */
bool		 h1_client_is_reusable(const struct h1_client *);
/* The stream is the caller's again; what came behind a 101 is shown to whom it is handed. */
struct stream	*h1_client_release(struct h1_client *);
void		 h1_client_close(struct h1_client *);	/* at once; harmless when it is closed */

#endif
