/*
 * A disk that a test makes slow: by the linker's --wrap of file_find, file_read and
 * file_read_cached. What may wait for it must run in an errand.
 */
#ifndef FAKE_DISK_H
#define FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>

enum disk { DISK_WARM, DISK_COLD, DISK_MIXED };

struct fake_disk {
	enum disk	 state;		/* MIXED: every second look finds nothing in memory */
	int		 error;		/* what reading ends with; 0: it does not */
	unsigned	 looks;		/* without waiting */
	unsigned	 waits;		/* finds and reads that may wait */
};

extern struct fake_disk fake_disk;

#endif
