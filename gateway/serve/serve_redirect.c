#include "serve/serve_redirect.h"

#include <string.h>

#include "base/log.h"
#include "http/render.h"

/* "//evil.example" is another host, which a path must not become by what stands in the request. */
static bool serve_redirect_strays(const struct template *t, struct slice url)
{
	return slice_starts(url, SLICE("//")) && strncmp(t->text, "//", 2) != 0;
}

static enum fault serve_redirect_open(struct exchange *x)
{
	const struct config_route *conf = x->route->conf;
	struct slice url;
	enum fault f = render_url(x, conf->redirect, &url);

	if (f == FAULT_NONE && serve_redirect_strays(conf->redirect, url)) {
		f = FAULT_PATH_ESCAPES;
		log_fault(f, "route %s: redirect to another host", conf->name);
	}
	if (f != FAULT_NONE)
		return f;
	struct header location = {SLICE("Location"), url};
	exchange_answer(x, conf->status, &location, 1, NULL, SLICE(""));
	return FAULT_NONE;
}

const struct handler serve_redirect_handler = {
	.name = "redirect",
	.open = serve_redirect_open,
};
