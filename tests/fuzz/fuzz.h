/*
 * What the fuzz targets share. A target is one function over one input; it holds what the code
 * under test says against something that is true of it (an oracle), and aborts when it is not.
 * Built by --enable-fuzzing each is a libFuzzer program; make check replays its corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_CHECK(what) ((what) ? (void)0 : fuzz_fail(#what, __FILE__, __LINE__))
_Noreturn void	fuzz_fail(const char *what, const char *file, int line);

/* Takes the first byte off the input as a choice of the target's; 0 when there is none. */
uint8_t	fuzz_choice(const uint8_t **p, size_t *n);

/* What a parser said, as a number: two that said the same have the same story. */
struct fuzz_story {
	uint64_t	hash;
};

void	fuzz_tell(struct fuzz_story *, const void *p, size_t n);
void	fuzz_tell_number(struct fuzz_story *, uint64_t);

#endif
