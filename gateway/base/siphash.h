/*
 * SipHash-2-4: a hash for tables whose keys strangers choose. Without the key nobody can find many
 * that meet in one place.
 */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stdint.h>

#include "base/slice.h"

struct siphash_key {
	uint64_t	k0, k1;
};

uint64_t	siphash(const struct siphash_key *, struct slice);

#endif
