/* utf8_check and utf8_prefix against decoding as RFC 3629 puts it, a character at a time. */
#include "base/utf8.h"
#include "fuzz.h"

/* The size of the character at p; 0: unfinished, -1: none. */
static int plain_character(const uint8_t *p, size_t n)
{
	/* RFC 3629 section 4, UTF8-octets: lead from, to; second byte from, to; size. */
	static const uint8_t rows[][5] = {
	    {0x00, 0x7f, 0, 0, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
	    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		size_t size = rows[r][4];
		if (p[0] < rows[r][0] || p[0] > rows[r][1])
			continue;
		for (size_t i = 1; i < size && i < n; i++)
			if (p[i] < (i == 1 ? rows[r][2] : 0x80) || p[i] > (i == 1 ? rows[r][3] : 0xbf))
				return -1;
		return size <= n ? (int)size : 0;
	}
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t cut = fuzz_choice(&p, &n), good = 0;
	int size = 1;
	bool bad;

	while (good < n && (size = plain_character(p + good, n - good)) > 0)
		good += (size_t)size;
	FUZZ_CHECK(utf8_prefix(p, n, &bad) == good);
	FUZZ_CHECK(bad == (size < 0));

	struct utf8_state whole = {0}, pieces = {0};
	if (cut > n)
		cut = n;
	bool ok = utf8_check(&whole, p, n);
	FUZZ_CHECK(ok == !bad);
	FUZZ_CHECK((utf8_check(&pieces, p, cut) && utf8_check(&pieces, p + cut, n - cut)) == ok);
	FUZZ_CHECK(!ok || whole.state == pieces.state);
	FUZZ_CHECK(!ok || (whole.state == 0) == (good == n));
	return 0;
}
