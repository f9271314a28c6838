/* Text for manual pages, as roff(7) shows it unchanged. */
#ifndef ROFF_H
#define ROFF_H

#include <stdio.h>

#include "base/slice.h"

/* What roff would take for its own is escaped. */
void	roff_text(FILE *, struct slice);
/* Each sentence on its own line, as roff likes it. */
void	roff_sentences(FILE *, const char *);

#endif
