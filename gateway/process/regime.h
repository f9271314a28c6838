/*
 * What is in force: the configuration that what is new goes by, and the sockets that it listens on.
 */
#ifndef REGIME_H
#define REGIME_H

#include "admin/life.h"
#include "process/attendant.h"
#include "process/crew.h"
#include "process/doors.h"
#include "route/snapshot.h"

struct regime {
	struct config	*started;	/* by what the program was started */
	struct snapshot	*snapshot;	/* counted; the main thread's */
	struct crew	*crew;
	/* The first worker's, which accepts, while it runs. */
	struct doors	*doors;
	bool		 closed;	/* they are stopped; its, too */
	struct attendant *attendant;	/* NULL: nobody wants one */
	struct life	 life;
	struct control_acts acts;	/* what admins may ask for */
};

#endif
