/*
 * Origins (RFC 6454): may a page from there talk through this route? Browsers send the header with
 * every WebSocket and do not let pages forge it.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "http/exchange.h"

/*
 * entry: "same", "null", "*" (all), or an origin whose host may begin with "*.". authority: the
 * request's Host; tls: whether it came over TLS. "same" wants its host and port to be the origin's.
 * A port that nobody says is the scheme's: of a Host over TLS 443; of a Host in the clear the
 * origin's, since TLS may have been taken off in front of us.
 */
bool	origin_matches(struct slice origin, struct slice entry, struct slice authority, bool tls);
/* All Origin fields of the request must be allowed, none is fine; else *denied is the culprit. */
bool	origin_allowed(const struct exchange *, const struct config_list *, struct slice *denied);
/*
 * The same for what a page may ask for without an Origin: scripts, frames. Browsers say whether it
 * is from elsewhere (Sec-Fetch-Site of Fetch Metadata), and by Referer where that is, unless the
 * page does not want that: then it is not allowed. Who says nothing is no such browser.
 */
bool	origin_of_page_allowed(const struct exchange *, const struct config_list *);

#endif
