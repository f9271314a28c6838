#include "serve/media_type.h"

#include <string.h>

struct media_type {
	const char	*ending, *type;
};

#define UTF8 "; charset=utf-8"

static const struct media_type media_types[] = {
	{"html", "text/html" UTF8},
	{"htm", "text/html" UTF8},
	{"xhtml", "application/xhtml+xml"},
	{"css", "text/css" UTF8},
	{"js", "text/javascript" UTF8},
	{"mjs", "text/javascript" UTF8},
	{"cjs", "text/javascript" UTF8},
	{"json", "application/json"},
	{"jsonld", "application/ld+json"},
	{"map", "application/json"},
	{"webmanifest", "application/manifest+json"},
	{"geojson", "application/geo+json"},
	{"xml", "application/xml"},
	{"xsl", "application/xslt+xml"},
	{"xslt", "application/xslt+xml"},
	{"atom", "application/atom+xml"},
	{"rss", "application/rss+xml"},
	{"txt", "text/plain" UTF8},
	{"text", "text/plain" UTF8},
	{"log", "text/plain" UTF8},
	{"md", "text/markdown" UTF8},
	{"csv", "text/csv" UTF8},
	{"tsv", "text/tab-separated-values" UTF8},
	{"ics", "text/calendar" UTF8},
	{"vcf", "text/vcard" UTF8},
	{"vtt", "text/vtt" UTF8},
	{"yaml", "application/yaml"},
	{"yml", "application/yaml"},
	{"toml", "application/toml"},
	{"svg", "image/svg+xml"},
	{"png", "image/png"},
	{"apng", "image/apng"},
	{"jpg", "image/jpeg"},
	{"jpeg", "image/jpeg"},
	{"gif", "image/gif"},
	{"webp", "image/webp"},
	{"avif", "image/avif"},
	{"bmp", "image/bmp"},
	{"ico", "image/x-icon"},
	{"tif", "image/tiff"},
	{"tiff", "image/tiff"},
	{"woff", "font/woff"},
	{"woff2", "font/woff2"},
	{"ttf", "font/ttf"},
	{"otf", "font/otf"},
	{"eot", "application/vnd.ms-fontobject"},
	{"mp3", "audio/mpeg"},
	{"ogg", "audio/ogg"},
	{"oga", "audio/ogg"},
	{"opus", "audio/ogg"},
	{"wav", "audio/wav"},
	{"flac", "audio/flac"},
	{"m4a", "audio/mp4"},
	{"aac", "audio/aac"},
	{"weba", "audio/webm"},
	{"mp4", "video/mp4"},
	{"m4v", "video/mp4"},
	{"webm", "video/webm"},
	{"ogv", "video/ogg"},
	{"mov", "video/quicktime"},
	{"mpeg", "video/mpeg"},
	{"ts", "video/mp2t"},
	{"m3u8", "application/vnd.apple.mpegurl"},
	{"pdf", "application/pdf"},
	{"wasm", "application/wasm"},
	{"zip", "application/zip"},
	{"gz", "application/gzip"},
	{"bz2", "application/x-bzip2"},
	{"xz", "application/x-xz"},
	{"zst", "application/zstd"},
	{"7z", "application/x-7z-compressed"},
	{"tar", "application/x-tar"},
	{"tgz", "application/gzip"},
	{"jar", "application/java-archive"},
	{"rtf", "application/rtf"},
	{"epub", "application/epub+zip"},
	{"odt", "application/vnd.oasis.opendocument.text"},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
	{"odp", "application/vnd.oasis.opendocument.presentation"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
};

const char *media_type_of(struct slice name)
{
	const char *dot = name.n > 0 ? memrchr(name.p, '.', name.n) : NULL;
	struct slice ending = {NULL, 0};

	if (dot)
		ending = (struct slice){dot + 1, name.n - (size_t)(dot + 1 - name.p)};
	for (size_t i = 0; i < sizeof(media_types) / sizeof(media_types[0]); i++)
		if (slice_ieq(slice_of(media_types[i].ending), ending))
			return media_types[i].type;
	return "application/octet-stream";
}
