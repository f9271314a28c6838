/* Text for pages in Markdown, shown unchanged by whatever renders them. */
#ifndef MARKDOWN_H
#define MARKDOWN_H

#include <stdio.h>

/* What Markdown or HTML would take for its own is escaped. */
void	markdown_text(FILE *, const char *);
/* As code, on one line. */
void	markdown_code(FILE *, const char *);

#endif
