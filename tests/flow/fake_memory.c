/* Allocations of the gateway, counted, and made to fail: by the linker's --wrap. */
#include <stdlib.h>

#include "flow.h"

static unsigned memory_count, memory_fail;

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_realloc(void *, size_t);

void flow_fail_allocation(unsigned n)
{
	memory_count = 0;
	memory_fail = n;
}

unsigned flow_allocations(void)
{
	return memory_count;
}

static bool memory_fails(void)
{
	return ++memory_count == memory_fail;
}

void *__wrap_malloc(size_t n)
{
	return memory_fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return memory_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return memory_fails() ? NULL : __real_realloc(p, n);
}
