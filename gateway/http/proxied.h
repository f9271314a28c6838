/*
 * The front door of listeners: where a trusted peer is a proxy that must say first for whom it
 * comes (PROXY header, codec/proxy_header.h), that is waited for before anything else is read.
 */
#ifndef PROXIED_H
#define PROXIED_H

#include "net/listener.h"

/* A listener_accept for listeners whose tag is a struct http_listener; door_accept goes on. */
listener_accept	proxied_accept;

#endif
