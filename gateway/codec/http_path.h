/*
 * Paths of requests, normalised once (RFC 3986 section 6.2.2): percent-encodings of unreserved
 * characters decoded, the others in upper case, dot segments removed, doubled slashes joined. What
 * is matched is what is used.
 */
#ifndef HTTP_PATH_H
#define HTTP_PATH_H

#include "base/fault.h"
#include "base/slice.h"

/*
 * raw begins with "/". out has room for raw.n bytes; *out_n is at most that. Idempotent.
 * FAULT_HTTP_SYNTAX: %00, a broken percent-encoding, a space or control character, a byte above
 * 0x7e, dot segments that would leave the root, and what some servers would read as another path:
 * a backslash, and dot segments with parameters ("/..;x/").
 */
enum fault	http_path_normalise(struct slice raw, char *out, size_t *out_n) MUST_USE;
/* Does it hold doubled slashes? They are gone once it is normalised. */
bool		http_path_is_doubled(struct slice raw);
/*
 * Percent-decoded for use outside of HTTP: a file name, a template's value. plus: "+" is a space
 * (queries). out has room for s.n bytes. False on a broken encoding and on %00.
 */
bool		http_path_decode(struct slice s, bool plus, char *out, size_t *out_n);
/* The raw value of the first parameter of that (decoded) name; p is NULL when there is none. */
struct slice	http_query_find(struct slice query, struct slice name);

#endif
