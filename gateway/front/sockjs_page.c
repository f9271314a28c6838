/* What SockJS clients ask for before there is a session. */
#include "base/siphash.h"
#include "codec/http_etag.h"
#include "front/sockjs.h"
#include "front/sockjs_answer.h"

static enum fault sockjs_greeting_open(struct exchange *x)
{
	exchange_answer(x, 200, NULL, 0, "text/plain; charset=UTF-8",
	    SLICE("Welcome to SockJS!\n"));
	return FAULT_NONE;
}

const struct handler sockjs_greeting_handler = {
	.name = "sockjs",
	.cors = true,
	.open = sockjs_greeting_open,
};

/* Clients measure how long this takes, and mix what is random here into what they make up. */
static enum fault sockjs_info_open(struct exchange *x)
{
	const struct config_sockjs *conf = &x->route->conf->sockjs;
	const char *info = arena_printf(&x->arena, "{\"websocket\":%s,\"origins\":[\"*:*\"],"
	    "\"cookie_needed\":%s,\"entropy\":%u}", conf->websocket ? "true" : "false",
	    conf->cookie_needed ? "true" : "false", random_word());

	if (info == NULL)
		return FAULT_NO_MEMORY;
	sockjs_answer(x, SOCKJS_FRESH | SOCKJS_CORS, 200, "application/json; charset=UTF-8",
	    slice_of(info));
	return FAULT_NONE;
}

const struct handler sockjs_info_handler = {
	.name = "sockjs",
	.cors = true,
	.open = sockjs_info_open,
};

static const char sockjs_iframe_page[] =
	"<!DOCTYPE html>\n<html>\n<head>\n"
	"  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n"
	"  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n"
	"  <script src=\"%s\"></script>\n"
	"  <script>\n    document.domain = document.domain;\n"
	"    SockJS.bootstrap_iframe();\n  </script>\n"
	"</head>\n<body>\n  <h2>Don't panic!</h2>\n"
	"  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>\n"
	"</body>\n</html>";

/*
 * Whose pages may hold the iframe: what it does is done as a page of this host, so that nobody
 * would ask for the origin of who does it. "null" has no name here. NULL: anybody's.
 */
static enum fault sockjs_iframe_ancestors(struct exchange *x, const char **policy)
{
	const struct config_list *origins = &x->route->conf->origins;
	const char *text = "frame-ancestors";

	*policy = NULL;
	for (size_t i = 0; i < origins->n; i++) {
		struct slice o = slice_of(origins->v[i]);
		if (slice_eq(o, SLICE("*")))
			return FAULT_NONE;
		if (slice_eq(o, SLICE("null")))
			continue;
		text = arena_printf(&x->arena, "%s %.*s", text,
		    SLICE_ARG(slice_eq(o, SLICE("same")) ? SLICE("'self'") : o));
		if (text == NULL)
			return FAULT_NO_MEMORY;
	}
	*policy = arena_printf(&x->arena, "%s%s", text, origins->n ? "" : " 'none'");
	return *policy ? FAULT_NONE : FAULT_NO_MEMORY;
}

static enum fault sockjs_iframe_answer(struct exchange *x, struct slice page, const char *etag,
    const char *policy)
{
	struct slice known = exchange_header(x, SLICE("If-None-Match"));
	bool same = http_etag_listed(known, slice_of(etag), HTTP_ETAG_WEAK);
	struct sockjs_head h;

	sockjs_head_make(&h, x, SOCKJS_YEAR);
	sockjs_head_add(&h, SLICE("ETag"), slice_of(etag));
	if (policy)
		sockjs_head_add(&h, SLICE("Content-Security-Policy"), slice_of(policy));
	if (same)
		exchange_answer(x, 304, h.v, h.n, NULL, SLICE(""));
	else
		exchange_answer(x, 200, h.v, h.n, "text/html; charset=UTF-8", page);
	return FAULT_NONE;
}

static enum fault sockjs_iframe_open(struct exchange *x)
{
	const struct siphash_key key = {0};	/* the page is the same everywhere: so is its tag */
	const char *page, *etag, *policy;

	enum fault f = sockjs_iframe_ancestors(x, &policy);
	if (f != FAULT_NONE)
		return f;
	page = arena_printf(&x->arena, sockjs_iframe_page, x->route->conf->sockjs.client_url);
	etag = page ? arena_printf(&x->arena, "\"%016llx\"",
	    (unsigned long long)siphash(&key, slice_of(page))) : NULL;
	return etag ? sockjs_iframe_answer(x, slice_of(page), etag, policy) : FAULT_NO_MEMORY;
}

const struct handler sockjs_iframe_handler = {
	.name = "sockjs",
	.cors = true,
	.open = sockjs_iframe_open,
};
