"""Count what is in a FIT file before it is decoded: a file made to keep the decoder busy is refused unread."""

from __future__ import annotations

_HEADER, _SHORTEST = 12, 14
_COMPRESSED, _DEFINITION, _DEVELOPER = 0x80, 0x40, 0x20


def holds_more_than(content: bytes, messages: int, values: int) -> bool:
    """Are there more messages or values than these? What is no FIT any more ends the count: the decoder refuses it."""
    start, counted, found = 0, 0, 0
    while start + _SHORTEST <= len(content):
        at = start + content[start]
        end = min(at + int.from_bytes(content[start + 4 : start + 8], "little"), len(content))
        sizes: dict[int, tuple[int, int]] = {}
        while at < end:
            head = content[at]
            if head & _DEFINITION and not head & _COMPRESSED:
                length, size = _defined(content, at, has_developer=bool(head & _DEVELOPER))
                sizes[head & 15] = size
                at += length
            else:
                kind = sizes.get((head >> 5) & 3 if head & _COMPRESSED else head & 15)
                if kind is None:
                    return False
                at += 1 + kind[0]
                found += kind[1]
            counted += 1
            if counted > messages or found > values:
                return True
        start = end + 2
    return False


def _defined(content: bytes, at: int, *, has_developer: bool) -> tuple[int, tuple[int, int]]:
    """Return the length of a definition, and (bytes, values) of the messages that it defines."""
    count = content[at + 5] if at + 5 < len(content) else 0
    length, fields = 6 + 3 * count, content[at + 7 : at + 6 + 3 * count : 3]
    size, values = sum(fields), count
    if has_developer and at + length < len(content):
        more = content[at + length]
        size += sum(content[at + length + 2 : at + length + 1 + 3 * more : 3])
        length, values = length + 1 + 3 * more, values + more
    return length, (size, values)
