/*
 * The command line: one table of commands, one of options, and what a command line came to. Help
 * and the manual page are made from the same tables, so that they cannot disagree.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* What the program returns to whoever started it. */
enum command_exit {
	COMMAND_DONE = 0,
	COMMAND_WRONG = 1,	/* the configuration or the request is */
	COMMAND_USAGE = 2,
	COMMAND_NO_START = 3	/* a port is taken, a key cannot be read */
};

enum option_key {
	OPTION_AGAINST, OPTION_BACKEND, OPTION_CONFIG, OPTION_CERT, OPTION_CLIENT, OPTION_CODE,
	OPTION_DIFF, OPTION_FRAMING, OPTION_HEADER, OPTION_HEARTBEAT, OPTION_JSON, OPTION_KEY,
	OPTION_METHOD, OPTION_REASON, OPTION_ROUTE, OPTION_SOCKET, OPTION_SSL_ONLY,
	OPTION_SSL_TARGET, OPTION_TOKEN_PLUGIN, OPTION_TOKEN_SOURCE, OPTION_TRANSPORT,
	OPTION_TRANSPORTS, OPTION_UNDO, OPTION_UNIX_TARGET, OPTION_WEB, OPTION_HELP,
	OPTION_COUNT
};

#define OPTION(key)	(1u << OPTION_##key)

/* Names are unique; letter 0: there is none. */
struct command_option {
	const char	*name;		/* without its dashes */
	const char	*value;		/* what stands for the value in help; NULL: takes none */
	const char	*text;		/* one or several sentences */
	char		 letter;
	bool		 many;		/* may be given several times */
};

extern const struct command_option option_table[OPTION_COUNT];

enum { COMMAND_OPERANDS = 2, COMMAND_MANY = 64 };

struct arguments;

struct command {
	const char	*name;		/* NULL: known by its operands alone */
	/* "URL"; "[COMMAND]" may be left out; "this|that" is one of these words */
	const char	*operands[COMMAND_OPERANDS];
	const char	*rest;		/* what may stand behind "--"; NULL: more operands */
	unsigned	 options;	/* OPTION() bits; help is understood everywhere */
	const char	*brief;		/* a clause, for the overview */
	const char	*text;		/* sentences that go on from it; NULL: nothing to add */
	bool		 implied;	/* meant when there is neither a name nor an operand */
	/* Returns an enum command_exit, and has said why on standard error unless it is done. */
	int		(*run)(const struct arguments *);	/* NULL: not supported yet */
};

extern const struct command command_table[];
extern const size_t	    command_count;

struct arguments {
	const struct command	*command;
	/* The last one given, or of a flag its name; NULL: not given. */
	const char		*value[OPTION_COUNT];
	const char		*many[COMMAND_MANY];	/* all values of the option with many */
	size_t			 n_many;
	const char		*operands[COMMAND_OPERANDS];	/* NULL: left out */
	char *const		*rest;		/* of a command that takes one: as it came */
	size_t			 n_rest;
};

/* Finds the command and its arguments, or says on standard error in one line what is wrong. */
bool	command_parse(struct arguments *, int argc, char *const *argv);
/* NULL when there is none of that name. */
const struct command *command_find(const char *name);
/* Is word one of "this|that"? */
bool	command_is_choice(const char *choices, const char *word);
/* "framegate: …" on standard error, with where to read more; returns COMMAND_USAGE. */
int	command_misuse(const struct command *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
