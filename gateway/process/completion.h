/* What shells complete behind "framegate": made from the tables of commands and options. */
#ifndef COMPLETION_H
#define COMPLETION_H

#include <stdio.h>

struct completion {
	const char	 *shell;
	const char	 *file;		/* its name in contrib/completion, as the shell wants it */
	void		(*write)(FILE *out);
};

/* Ends with an entry whose shell is NULL. */
extern const struct completion completion_table[];

#endif
