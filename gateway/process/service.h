/*
 * The gateway as a service: its manager hears when it is ready, how it is, and, if it wants, that
 * it lives, which it does as long as the loop of every worker turns. The main thread's.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include "admin/life.h"
#include "process/pulse.h"

struct service {
	struct worker		*main;	/* whose timers these are */
	struct worker *const	*workers;
	unsigned		 n_workers;
	struct timer		 watchdog, status;
	struct pulse		 pulse;
	uint64_t		 tick;	/* ms from one look at the pulse to the next */
	struct life		*life;	/* whose held_up says that a worker does not answer */
	bool			 watched;	/* the manager has a watchdog */
	bool			 stopping;
};

/* Nobody is told anything yet. NO_MEMORY. */
enum fault	service_init(struct service *, struct worker *main, struct worker *const *,
		    unsigned n, struct life *) MUST_USE;
void		service_fini(struct service *);
void		service_ready(struct service *);
/* In between a configuration is read. */
void		service_reloading(struct service *);
void		service_reloaded(struct service *);
/* Workers end one by one from now on: their loops are no longer looked at. */
void		service_stopping(struct service *);
/* Another process is the service. */
void		service_pass_on(struct service *, pid_t);

#endif
