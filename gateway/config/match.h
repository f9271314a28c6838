/*
 * What requests are compared with, as the configuration writes it: hosts, paths, origins, tokens.
 * Each function returns NULL, or what is wrong, in words.
 */
#ifndef MATCH_H
#define MATCH_H

#include "base/slice.h"

enum { MATCH_WORDS = 160 };

/* "www.example.com", "*.example.com", "192.0.2.1" or "[2001:db8::1]"; no port. */
const char	*match_host(struct slice);
/* "https://www.example.com:8443", the same with "*." in front of the host, "same", "null", "*". */
const char	*match_origin(struct slice);
/* A token of RFC 9110 section 5.6.2. */
bool		 match_is_token(struct slice);
/* A path in the normal form that requests are brought into before they are compared. */
const char	*match_path(struct slice);
/* Does the pattern compile? Else why not, and *at: where. words: room for the reason. */
const char	*match_regex(const char *pattern, char words[MATCH_WORDS], size_t *at);
/* Has a pattern that compiles a capture of that name? */
bool		 match_has_capture(const char *pattern, struct slice name);

#endif
