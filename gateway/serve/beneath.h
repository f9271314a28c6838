/*
 * Opening files below a directory, and never outside of it: not by "..", not by a symbolic link,
 * not while somebody moves directories about.
 */
#ifndef BENEATH_H
#define BENEATH_H

/*
 * path: relative to dir (an O_PATH descriptor will do), "." for dir itself. Symbolic links are
 * followed as long as they stay below dir. Returns a descriptor, close-on-exec, or -1 with errno:
 * EXDEV when path leads out.
 */
int	beneath_open(int dir, const char *path, int flags);
/* The same without openat2(2), for kernels before 5.6: no symbolic link is followed (ELOOP). */
int	beneath_walk(int dir, const char *path, int flags);

#endif
