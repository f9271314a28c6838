/*
 * HTTP/2 on the server's side (RFC 9113), and WebSocket over it (RFC 8441): a connection whose
 * streams are exchanges. nghttp2 reads and writes the frames, limits, flow control and fairness are
 * decided here:
 *
 * - What a client sends is credited to its connection at once and to its stream as the handler
 *   takes it, so that a stream that is paused holds at most its window, and stops no other.
 * - What a handler writes waits with its stream, bounded by the route's buffer, until the client's
 *   windows and socket take it; streams take turns, a frame each.
 * - What costs us more than the client is counted (h2_budget.h).
 */
#ifndef H2_SERVER_H
#define H2_SERVER_H

#include "http/http_conn.h"

/* What a client begins with (section 3.4). */
#define H2_SERVER_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
enum { H2_SERVER_PREFACE_SIZE = sizeof(H2_SERVER_PREFACE) - 1 };

http_begin	h2_server_begin;

#endif
