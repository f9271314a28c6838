"""UTF-8 by its boundaries (Unicode table 3-7, RFC 3629): what is valid, and where it ends."""

# last code point of each class, its neighbours, noncharacters and the byte order mark
VALID = [chr(point).encode() for point in (
    0x00, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xfdd0, 0xfeff,
    0xfffd, 0xfffe, 0xffff, 0x10000, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10fffd, 0x10ffff,
    *(plane << 16 | end for plane in range(1, 16) for end in (0xfffe, 0xffff)))]

# lead byte: smallest and largest second byte, continuation bytes after that
_LEADS = {
    0xc2: (0x80, 0xbf, 0), 0xdf: (0x80, 0xbf, 0),
    0xe0: (0xa0, 0xbf, 1), 0xe1: (0x80, 0xbf, 1), 0xec: (0x80, 0xbf, 1), 0xed: (0x80, 0x9f, 1),
    0xee: (0x80, 0xbf, 1), 0xef: (0x80, 0xbf, 1),
    0xf0: (0x90, 0xbf, 2), 0xf1: (0x80, 0xbf, 2), 0xf3: (0x80, 0xbf, 2), 0xf4: (0x80, 0x8f, 2),
}
_NEVER = (0x80, 0x81, 0x8f, 0x90, 0xa0, 0xbe, 0xbf, 0xc0, 0xc1, *range(0xf5, 0x100))
_NO_CONTINUATION = (0x00, 0x41, 0x7f, 0xc0, 0xc2, 0xe1, 0xf1, 0xff)


def _invalid():
    """Pairs (good beginning, first impossible byte)."""
    for byte in _NEVER:
        yield b"", byte
    for lead, (low, high, more) in _LEADS.items():
        for byte in sorted({low - 1, high + 1, *_NO_CONTINUATION} - set(range(low, high + 1))):
            yield bytes([lead]), byte
        for second in {low, high} if more else ():
            for n in range(more):
                good = bytes([lead, second]) + b"\x80\xbf"[:n]
                for byte in (0x7f, 0x41, 0xc0):
                    yield good, byte


INVALID = list(_invalid())

# good beginnings that a message must not end with
UNFINISHED = sorted({bytes([lead, second, 0x80, 0xbf][:n])
                     for lead, (low, high, more) in _LEADS.items()
                     for second in (low, high) for n in range(1, more + 2)})
