/*
 * HTTP/1.1 on the server's side (RFC 9112): one connection, its requests one after the other. A
 * tunnel's bytes pass through untouched.
 */
#ifndef H1_SERVER_H
#define H1_SERVER_H

#include "http/http_conn.h"

http_begin	h1_server_begin;

#endif
