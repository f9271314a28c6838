/*
 * Every way to fail, once. A fault carries its HTTP status, its WebSocket close code (RFC 6455
 * section 7.4), its log level and its words, so that the same failure looks right on every
 * transport.
 */
#ifndef FAULT_H
#define FAULT_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum fault {
	FAULT_NONE = 0,
#define FAULT(name, http, ws, level, text) FAULT_##name,
#include "base/fault.def"
#undef FAULT
	FAULT_COUNT
};

/* How a sender is answered. */
enum flow {
	FLOW_OK = 0,
	FLOW_FULL,	/* taken, but stop your source until the room event */
	FLOW_GONE	/* the receiver has ended; nothing more will be taken */
};

#define MUST_USE __attribute__((warn_unused_result))
/* Not inlined, so that the fast path beside it saves no registers for it. */
#define APART __attribute__((noinline))
/* Inlined though it is called from elsewhere, too: here a call would cost what it saves. */
#define INLINED inline __attribute__((always_inline))

const char	*fault_name(enum fault);	/* its name in fault.def: "DIAL_REFUSED" */
const char	*fault_text(enum fault);	/* for people; a clause without a full stop */
int		 fault_http(enum fault);	/* status to answer a request with */
int		 fault_ws(enum fault);		/* code to close an open session with */
enum log_level	 fault_level(enum fault);

#endif
