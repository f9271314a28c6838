/*
 * The words of libconfig's syntax (its manual, chapter "Configuration Files"), with their places.
 * A pure function of the text: nothing is reported or read here.
 */
#ifndef LEX_H
#define LEX_H

#include "config/source.h"

/* Punctuation stands for itself: '{' '}' '[' ']' '(' ')' ',' ';' and '=' for both '=' and ':'. */
enum token_kind {
	TOKEN_END,
	TOKEN_NAME = 'a',
	TOKEN_STRING,
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_BOOL,
	TOKEN_INCLUDE,		/* @include "PATH": the mark is PATH */
	TOKEN_WORD,		/* none of these: what people forget to quote */
	TOKEN_OPEN_STRING,	/* no quote at its end */
	TOKEN_OPEN_COMMENT	/* at the end of the text, too */
};

struct token {
	int		kind;
	bool		first;		/* on its line */
	unsigned	column;		/* bytes before it on its line */
	unsigned	lines;		/* that a string runs over, beyond its first */
	struct mark	mark;
};

struct lex {
	const struct source	*source;
	size_t			 at;
	size_t			 begin;		/* of the line */
	unsigned		 line;
};

void		lex_init(struct lex *, const struct source *);
struct token	lex_next(struct lex *);
/* From a token where a value was expected: what its writer may have meant as one unquoted word. */
struct mark	lex_bare(struct lex *, const struct token *);

#endif
