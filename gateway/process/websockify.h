/*
 * `framegate import websockify -- ARGS`: the configuration that does what websockify did with these
 * arguments. One table holds its options, with what becomes of each or why nothing does.
 */
#ifndef WEBSOCKIFY_H
#define WEBSOCKIFY_H

#include <stdbool.h>
#include <stdio.h>

#include "process/bridge.h"
#include "process/command.h"

enum websockify_key {
	WEBSOCKIFY_AUTH_PLUGIN, WEBSOCKIFY_AUTH_SOURCE, WEBSOCKIFY_CAFILE, WEBSOCKIFY_CERT,
	WEBSOCKIFY_DAEMON, WEBSOCKIFY_FILE_ONLY, WEBSOCKIFY_HEARTBEAT, WEBSOCKIFY_HOST_TOKEN,
	WEBSOCKIFY_IDLE_TIMEOUT, WEBSOCKIFY_INETD, WEBSOCKIFY_KEY, WEBSOCKIFY_KEY_PASSWORD,
	WEBSOCKIFY_LEGACY_SYSLOG, WEBSOCKIFY_LIBSERVER, WEBSOCKIFY_LOG_FILE,
	WEBSOCKIFY_PREFER_IPV6, WEBSOCKIFY_RECORD, WEBSOCKIFY_RUN_ONCE, WEBSOCKIFY_SSL_CIPHERS,
	WEBSOCKIFY_SSL_ONLY, WEBSOCKIFY_SSL_TARGET, WEBSOCKIFY_SSL_VERSION, WEBSOCKIFY_SYSLOG,
	WEBSOCKIFY_TARGET_CONFIG, WEBSOCKIFY_TIMEOUT, WEBSOCKIFY_TOKEN_PLUGIN,
	WEBSOCKIFY_TOKEN_SOURCE, WEBSOCKIFY_TRAFFIC, WEBSOCKIFY_UNIX_LISTEN,
	WEBSOCKIFY_UNIX_LISTEN_MODE, WEBSOCKIFY_UNIX_TARGET, WEBSOCKIFY_VERBOSE,
	WEBSOCKIFY_VERIFY_CLIENT, WEBSOCKIFY_WEB, WEBSOCKIFY_WEB_AUTH, WEBSOCKIFY_WRAP_MODE,
	WEBSOCKIFY_COUNT
};

/* A command line of websockify's, read. */
struct websockify {
	const char	*value[WEBSOCKIFY_COUNT];	/* of a flag its name; NULL: not given */
	const char	*listen, *target;		/* NULL: left out */
	bool		 wraps;				/* a program instead of a target */
	struct bridge	 bridge;			/* what it becomes */
	bool		 noted[WEBSOCKIFY_COUNT];	/* its note is to be said */
};

struct websockify_option {
	const char	*name;		/* without its dashes */
	const char	*value;		/* what stands for the value; NULL: takes none */
	const char	*choices;	/* "this|that" is all that the value may be */
	const char	*needs;		/* the option that it is nothing without */
	char		 letter;	/* 0: there is none */
	/* Whether the value is what wants says; NULL: anything is. */
	bool		(*fits)(const char *value);
	const char	*wants;
	/* Puts the value into w->bridge; NULL: there is no equivalent, and note says why. */
	void		(*become)(struct websockify *w, const char *value);
	const char	*note;
};

extern const struct websockify_option websockify_table[WEBSOCKIFY_COUNT];

int	websockify_run(const struct arguments *);
bool	websockify_is_number(const char *);
/* Tokens are in such a file or directory? Any other plugin is a program of websockify's. */
bool	websockify_is_token_file(const char *plugin);
/* Writes nothing, and says on standard error why, unless it returns COMMAND_DONE. */
int	websockify_write(FILE *, size_t n, char *const *args);

#endif
