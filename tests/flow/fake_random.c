#include <string.h>

#include "base/random.h"
#include "flow.h"

const uint16_t *flow_chance;

void	__real_random_bytes(void *, size_t);
void	__wrap_random_bytes(void *, size_t);

void __wrap_random_bytes(void *p, size_t n)
{
	if (flow_chance && n == sizeof(*flow_chance))
		memcpy(p, flow_chance, n);
	else
		__real_random_bytes(p, n);
}
