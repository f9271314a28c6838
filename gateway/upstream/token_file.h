/*
 * websockify's token files, taken apart: "TOKEN: HOST:PORT" on each line, split at the colon that
 * white space follows; the target at its last colon, so that an IPv6 address may stand with or
 * without brackets. ":PORT" is on localhost. "TOKEN: unix_socket:/PATH" leads to a unix socket.
 * Empty lines and those that begin with '#' say nothing. Pure: no file is touched.
 */
#ifndef TOKEN_FILE_H
#define TOKEN_FILE_H

#include "config/config.h"

enum { TOKEN_LINE = 4096 };	/* no line, and so no token, is longer */

/* A file being read; begin with all of its text and line 0. */
struct token_file {
	struct slice	rest;
	unsigned	line;		/* of what was read last, counted from 1 */
};

struct token_entry {
	struct slice		 token;
	enum config_server_kind	 kind;		/* TCP or UNIX */
	struct slice		 host;		/* without brackets; of UNIX: the path */
	uint16_t		 port;
};

/*
 * The next line that says something; false: there is none. *wrong: what is the matter with it, or
 * NULL and the entry, whose slices point into the text, or to what is constant.
 */
bool	token_file_read(struct token_file *, struct token_entry *, const char **wrong);

#endif
