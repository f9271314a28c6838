/* The file that says which process this is. */
#ifndef PID_FILE_H
#define PID_FILE_H

#include "base/fault.h"

/* While the process may still be root; what stands in it stays. Faults are logged. */
enum fault	pid_file_open(const char *path, int *fd) MUST_USE;
/* This process it is. A fault is on the log. */
enum fault	pid_file_write(const char *path, int fd) MUST_USE;
/* Removes the file, or, where that needs the privileges that were dropped, empties it. */
void		pid_file_remove(const char *path, int fd);

#endif
