/*
 * The access log: one record per exchange and one per session, at its end. Writing never blocks a
 * worker (log_sink.h). What does not apply is empty (slices), 0 or NULL, and its key is absent.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include "base/fault.h"
#include "base/slice.h"

struct access_record {
	bool		 session;		/* type: "session", else "request" */
	struct slice	 listener, route, backend, server;
	struct slice	 client_ip, peer_ip, user;
	uint16_t	 client_port;
	struct slice	 protocol, tls, method, host, path;	/* path without query */
	int		 status;
	struct slice	 transport, subprotocol, framing, origin, user_agent, referer;
	uint64_t	 started;		/* clock_wall_ms() */
	uint64_t	 duration;		/* ms */
	uint64_t	 bytes_in, bytes_out, messages_in, messages_out;
	unsigned	 close_code;
	struct slice	 closed_by, reason;
	struct slice	 session_id, request_id, traceparent;
};

/*
 * to: NULL is off; else a file, "stderr", "stdout", "syslog", "journal". format: "json", "combined"
 * or a template (access_format.h). On a fault all stays as it was and the reason is on the log.
 * The main thread only, at the start and on reloads.
 */
enum fault	 access_configure(const char *to, const char *format) MUST_USE;
bool		 access_wanted(void);
/* From now on what is known of sessions is kept without an access log, too. From any thread. */
void		 access_keep_sessions(void);
bool		 access_kept_is_wanted(void);
void		 access_reopen(void);
void		 access_flush(void);	/* waits for all records so far, as log_flush does */
void		 access_write(const struct access_record *);

/*
 * What is known of a session when it is opened: its strings, when, from which port, and how it was
 * answered; packed, since it waits as long as the session lasts. One block for free(); NULL when
 * out of memory.
 */
struct access_kept;
struct access_kept *access_keep(const struct access_record *);
/* A record with that, and nothing else yet. Its slices lead into what was kept. */
void		 access_recall(const struct access_kept *, struct access_record *);

#endif
