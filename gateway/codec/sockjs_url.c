#include "codec/sockjs_url.h"

#include <string.h>

static bool sockjs_url_is_id(struct slice s)
{
	return s.n > 0 && memchr(s.p, '.', s.n) == NULL;
}

bool sockjs_url_read(struct slice tail, struct sockjs_url *url)
{
	struct slice server, session;

	if (tail.n == 0 || tail.p[0] != '/')
		return false;
	tail = (struct slice){tail.p + 1, tail.n - 1};
	if (!slice_cut(&tail, '/', &server) || !slice_cut(&tail, '/', &session) || tail.n == 0)
		return false;
	url->session = (struct slice){session.p - 1, session.n + 1};
	url->transport = tail;
	return sockjs_url_is_id(server) && sockjs_url_is_id(session) &&
	    memchr(tail.p, '/', tail.n) == NULL;
}

bool sockjs_url_is_iframe(struct slice tail)
{
	return tail.n > 0 && slice_starts(tail, SLICE("/iframe")) &&
	    slice_ends(tail, SLICE(".html")) && memchr(tail.p + 1, '/', tail.n - 1) == NULL;
}

bool sockjs_url_is_callback(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '-' || s.p[i] == '_' ||
		    s.p[i] == '.'))
			return false;
	return s.n > 0 && s.n <= SOCKJS_CALLBACK;
}
