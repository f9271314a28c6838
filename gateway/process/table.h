/*
 * A table for people: columns as wide as what stands in them, a head above.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS = 16 };

struct table {			/* all zero: empty */
	size_t	 columns;
	bool	 right[TABLE_COLUMNS];	/* numbers stand at the right */
	char	**cells;		/* row by row; the first row is the head */
	size_t	 n, room;
	bool	 failed;		/* out of memory */
};

/* Fills the next cell; rows follow each other. What a terminal might obey is shown as '?'. */
void	table_add(struct table *, const char *text);
void	table_printf(struct table *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void	table_print(const struct table *);	/* on standard output */
void	table_clear(struct table *);

#endif
