/* What the process may do once keys are read and ports are bound. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include "base/fault.h"

/*
 * Started as root: becomes user and group for good (either may be NULL), all threads of it;
 * otherwise they have no meaning, which is said. In any case nothing that is executed can gain
 * privileges again. A fault is on the log, and the process must end.
 */
enum fault	privileges_drop(const char *user, const char *group) MUST_USE;
/* As many descriptors as the hard limit allows. */
void		privileges_raise_files(void);

#endif
