#include "back/back_code.h"

uint16_t back_code_of(enum fault f)
{
	int code = fault_ws(f);

	switch (code) {
	case 1002:
	case 1007:
	case 1008:
	case 1009:
		return 1001;
	default:
		return (uint16_t)code;
	}
}
