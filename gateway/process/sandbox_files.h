/*
 * Where files may be written, created and removed: the directories of what a configuration has
 * written there, by Landlock. Reading is left to the permissions of the files.
 */
#ifndef SANDBOX_FILES_H
#define SANDBOX_FILES_H

#include "config/config.h"

/* The rules, as a descriptor for sandbox_files_restrict; -1: errno says why there are none. */
int	sandbox_files_rules(const struct config *);
/* The calling thread, for good; may be called in a signal handler. False: errno. */
bool	sandbox_files_restrict(int rules);

#endif
