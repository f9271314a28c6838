/*
 * Numbers as one JSON object: what the status page shows, and for programs that want it at once.
 * Keys are only added. Pure.
 */
#ifndef STATUS_JSON_H
#define STATUS_JSON_H

#include "admin/history.h"
#include "base/buffer.h"
#include "base/log_recent.h"

void	status_json_write(struct buffer *, const struct numbers *, const struct history *,
	    const struct log_recent *, unsigned n_recent);

#endif
