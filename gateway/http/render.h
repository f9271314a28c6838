/*
 * Templates filled in from a request.
 */
#ifndef RENDER_H
#define RENDER_H

#include "config/template.h"
#include "http/exchange.h"

/*
 * A URL, in the exchange's arena. Values are percent-encoded where they could be taken for a part
 * of the URL that the template did not put there ("?", "#", "&", "%", spaces …).
 * FAULT_CONTROL_CHARACTER: a value holds one, and must not reach a header; NO_MEMORY.
 */
enum fault	render_url(struct exchange *, const struct template *, struct slice *url) MUST_USE;
/*
 * The same of a location, which leads to the host that the template names; else PATH_ESCAPES, on
 * the log.
 */
enum fault	render_location(struct exchange *, const struct template *,
		    struct slice *url) MUST_USE;
/* Text as it is, in the arena, too; the same faults. */
enum fault	render_plain(struct exchange *, const struct template *,
		    struct slice *text) MUST_USE;

#endif
