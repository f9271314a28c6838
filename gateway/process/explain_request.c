#include "process/explain_request.h"

#include "process/run_config.h"
#include "route/explain.h"

int explain_request_run(const struct arguments *a)
{
	const struct explain_query query = {
		.method = a->value[OPTION_METHOD],
		.url = a->operands[0],
		.headers = a->many,
		.n_headers = a->n_many,
	};
	char words[EXPLAIN_WORDS];
	struct config *config = config_load(run_config_file(a), NULL);

	if (config == NULL)
		return COMMAND_WRONG;
	if (explain_print(stdout, config, &query, words) == FAULT_NONE)
		return COMMAND_DONE;
	if (words[0])
		fprintf(stderr, "framegate: %s\n", words);
	return COMMAND_WRONG;
}
