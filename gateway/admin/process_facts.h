/* What the kernel says of this process. */
#ifndef PROCESS_FACTS_H
#define PROCESS_FACTS_H

#include "admin/numbers.h"

/* What cannot be known, since /proc is not there, is 0. */
void	process_facts(struct numbers_process *);

#endif
