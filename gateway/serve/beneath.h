/*
 * Opening files below a directory, and never outside of it: not by "..", not by a symbolic link,
 * not while somebody moves directories about.
 */
#ifndef BENEATH_H
#define BENEATH_H

#include <stdbool.h>

/*
 * path: relative to dir (an O_PATH descriptor will do), "." for dir itself. Symbolic links are
 * followed as long as they stay below dir. Returns a descriptor, close-on-exec, or -1 with errno:
 * EXDEV when path leads out.
 */
int	beneath_open(int dir, const char *path, int flags);
/* The same, but EAGAIN where that may have to wait for a disk: before Linux 5.12 everywhere. */
int	beneath_open_cached(int dir, const char *path, int flags);
/* dir itself, as a descriptor for the others; cached: as above. */
int	beneath_root(const char *dir, bool cached);
/* As beneath_open without openat2(2), for Linux before 5.6: follows no symbolic link (ELOOP). */
int	beneath_walk(int dir, const char *path, int flags);

#endif
