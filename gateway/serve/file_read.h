/*
 * Bytes of a file, with or without waiting for a disk.
 */
#ifndef FILE_READ_H
#define FILE_READ_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* As pread: how many bytes from at on, 0 at the end, -1 with errno. May wait. */
ssize_t	file_read(int fd, void *, size_t n, uint64_t at);
/* The same of what is in memory anyway, maybe fewer bytes; EAGAIN: none is, or nobody knows. */
ssize_t	file_read_cached(int fd, void *, size_t n, uint64_t at);
/*
 * Can this file's system say what is in memory? May wait. Those that cannot (tmpfs, network and
 * user space file systems) may wait in other calls as well.
 */
bool	file_read_tells(int fd);

#endif
