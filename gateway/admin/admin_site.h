/*
 * What the admin's listener serves: the status page and its data, metrics, health. Requests to it
 * know no routes, and no other listener leads here.
 */
#ifndef ADMIN_SITE_H
#define ADMIN_SITE_H

#include "admin/gather.h"
#include "admin/history.h"
#include "http/exchange.h"

struct admin_site {
	struct http_site	 site;		/* of the worker that serves it, and no other */
	struct gather		*gather;
	struct history		 history;	/* that worker's */
};

void	admin_site_init(struct admin_site *, struct gather *);

#endif
