/*
 * What the admin's listener serves: the status page and its data, metrics, health; and, by the
 * control socket, what control_site.h has besides. Requests know no routes, and no other listener
 * leads here.
 */
#ifndef ADMIN_SITE_H
#define ADMIN_SITE_H

#include "admin/control_site.h"
#include "admin/gather.h"
#include "admin/history.h"
#include "http/exchange.h"

struct admin_site {
	struct http_site	 site;		/* of the worker that serves it, and no other */
	struct gather		*gather;
	struct history		 history;	/* that worker's */
	const struct config_listener *socket;	/* by which control is; NULL: by none */
	struct control_site	 control;
};

void	admin_site_init(struct admin_site *, struct gather *, const struct config_listener *socket,
	    const struct control_acts *);

#endif
