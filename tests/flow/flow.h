/*
 * A whole worker on fake streams and a virtual clock: no sockets, no threads, deterministic. A
 * fake is the far end of a stream: a client, or the server behind a backend.
 */
#ifndef FLOW_H
#define FLOW_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/admission.h"
#include "http/exchange.h"
#include "http/gateway_worker.h"
#include "net/stream.h"

enum { FLOW_FAKES = 16, FLOW_BYTES = 1 << 20, FLOW_PORTS = 10 };

struct fake {
	int		 fd;		/* of its stream: below -1 */
	uint8_t		*in, *out;	/* to be read by the gateway; written by it */
	size_t		 in_at, in_n, out_n;
	unsigned	 writes;	/* how often it was written to */
	size_t		 window;	/* how many more bytes it takes */
	size_t		 most;		/* bytes a single read gives */
	size_t		 unsent;	/* of out, still on their way to it */
	bool		 eof, reset;	/* behind the last byte of in */
	bool		 broken;	/* was written to after its reset */
	bool		 got_shut, got_close, got_reset, got_probe;
};

enum flow_dial { FLOW_DIAL_ACCEPT, FLOW_DIAL_REFUSE, FLOW_DIAL_HANG };

struct flow_world {
	struct worker		 worker;
	struct gateway_worker	 gateway;
	struct admission	 admission;
	struct fake		 fakes[FLOW_FAKES];
	int			 n_fakes;
	enum flow_dial		 dial;		/* what dialling does, */
	enum flow_dial		 dial_port[FLOW_PORTS];	/* at this port, unless it is ACCEPT */
	unsigned		 dialled[FLOW_PORTS];	/* how often, and when last */
	uint64_t		 dialled_at[FLOW_PORTS];
	struct list		 dials;
	bool			 errands_held;	/* the threads that do them are slow */
	bool			 in_errand;
	uint64_t		 now;
};

extern struct flow_world flow_world;
/* Not NULL: what random numbers of 16 bits are. In programs that wrap random_bytes. */
extern const uint16_t	*flow_chance;

/* Routes are the body of `routes: {…}`; backend "b" leads to a fake. limits may be "". */
void		 flow_begin(const char *routes, const char *limits);
/* The same with the body of backend "b", its servers watched; their ports are single digits. */
void		 flow_begin_backend(const char *routes, const char *limits, const char *backend);
/* Everything must be closed by now, and nothing be left. */
void		 flow_finish(void);
struct fake	*flow_client(void);	/* a new connection */
struct fake	*flow_backend(void);	/* the one that was dialled last */
/* Runs until nobody has anything to do. */
void		 flow_run(void);
/* One turn of the loop: each stream that has something to do does it. False when there is none. */
bool		 flow_turn(void);
void		 flow_advance(uint64_t ms);
/* A thread does the errand that waits longest, which is on its way back then; false: none waits. */
bool		 flow_work(void);

void		 fake_say(struct fake *, const void *, size_t);
void		 fake_say_text(struct fake *, const char *);
/* Lines of n characters, numbered by their first: 'a' is 1. */
void		 fake_say_lines(struct fake *, unsigned from, unsigned to, size_t n);
size_t		 fake_unread(const struct fake *);	/* of what it said, by the gateway */
void		 fake_eof(struct fake *);
void		 fake_reset(struct fake *);
/* A masked frame from a client. */
void		 fake_frame(struct fake *, unsigned first_byte, const void *, size_t);
/* What was written since the last look, with a NUL behind it; until more is written. */
char		*fake_text(const struct fake *);
char		*fake_take(struct fake *);	/* the same: was the look */
/* Where that is, first, in what was written since the last look; NULL: nowhere. */
char		*fake_find(const struct fake *, const char *);
void		 fake_contains(const struct fake *, const char *);
void		 fake_lacks(const struct fake *, const char *);	/* whatever the case of letters */
/* What was written since the last look, which must be this. */
void		 fake_expect(struct fake *, const void *, size_t);
void		 fake_expect_close(struct fake *, unsigned code);	/* of a server's */
void		 fake_expect_start(struct fake *, const char *);	/* and forgets the rest */
/* A handshake on / with further header lines, each with its CRLF, as far as the answer. */
struct fake	*flow_handshake(const char *lines);
struct fake	*flow_websocket(void);
/* The gateway stops: the one session ends, its client is told and leaves. */
void		 flow_stop(struct fake *client);
void		 flow_drop(void);	/* its time is up: so a connection that is left */

/* The n-th allocation from now fails (1: the next); 0: none. How many there were since. */
void		 flow_fail_allocation(unsigned n);
unsigned	 flow_allocations(void);
/*
 * life, in a world of its own for each of its allocations, which fails there: the connection may
 * die of it, nothing else may. How many there are. Backend NULL: as flow_begin has it.
 */
unsigned	 flow_fail_each(const char *routes, const char *limits, const char *backend,
		    void (*life)(void));

#endif
