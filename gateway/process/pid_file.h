/* The file that says which process this is. */
#ifndef PID_FILE_H
#define PID_FILE_H

#include "base/fault.h"

/* Written while the process may still be root. *fd is for pid_file_remove; faults are logged. */
enum fault	pid_file_write(const char *path, int *fd) MUST_USE;
/* Removes the file, or, where that needs the privileges that were dropped, empties it. */
void		pid_file_remove(const char *path, int fd);

#endif
