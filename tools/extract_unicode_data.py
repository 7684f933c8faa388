# ruff: noqa: I002, UP009, UP031 - also runs on Python 2.7, the last with a Unicode 8 package
# -*- coding: utf-8 -*-
"""Writes one property of the Unicode version that the running Python knows, as lines of text.

    extract_unicode_data.py categories [PREFIX...]   first..last category; only those that begin so
    extract_unicode_data.py combining_classes        first..last class, where it is not 0
    extract_unicode_data.py decompositions           code and its full canonical decomposition
    extract_unicode_data.py lowercase                code and its full lowercase mapping

The version is that of the package unicodedata2 when it is installed, else that of Python itself.
The files in third_party/unicode/data were made so; their first lines say with what. From them
make_unicode_tables.py makes the tables: no old Python is needed for that.
"""

import platform
import sys
import unicodedata as own

try:
    import unicodedata2 as data
except ImportError:
    data = own

HANGUL = range(0xAC00, 0xD7A4)  # by arithmetic, not by table


def character(code):
    return ("\\U%08x" % code).encode("ascii").decode("unicode-escape")


def codes():
    return (code for code in range(0x110000) if not 0xD800 <= code < 0xE000)


def ranges(values):
    """Lines of runs of equal values; a value of None stands for no line."""
    first, last, current = None, None, None
    for code, value in values:
        if value == current and last == code - 1:
            last = code
            continue
        if current is not None:
            yield "%04X..%04X %s" % (first, last, current)
        first, last, current = code, code, value
    if current is not None:
        yield "%04X..%04X %s" % (first, last, current)


def categories(prefixes):
    for code in range(0x110000):
        category = data.category(character(code)) if not 0xD800 <= code < 0xE000 else "Cs"
        wanted = category != "Cn" and category.startswith(prefixes or ("",))
        yield code, category if wanted else None


def combining_classes():
    return ((code, data.combining(character(code)) or None) for code in codes())


def mapping(function):
    for code in codes():
        one = character(code)
        mapped = function(one)
        if mapped != one:
            text = mapped.encode("utf-32-be")
            units = [text[i : i + 4] for i in range(0, len(text), 4)]
            yield "%04X %s" % (code, " ".join("%04X" % int(hexlify(u), 16) for u in units))


def hexlify(data_bytes):
    return "".join("%02x" % byte for byte in bytearray(data_bytes))


def decompose(one):
    return one if ord(one[0]) in HANGUL and len(one) == 1 else data.normalize("NFD", one)


def lowercase(one):
    """Python's own mapping, or the small letter of that name.

    Python's tables may be older than the package's: they lack the capitals that are new since.
    """
    lower = one.lower()
    if lower != one or own.category(one) != "Cn" or data.category(one) != "Lu":
        return lower
    return data.lookup(data.name(one).replace("CAPITAL", "SMALL"))


def main():
    name = sys.argv[1]
    prefixes = tuple(sys.argv[2:])
    lines = {
        "categories": lambda: ranges(categories(prefixes)),
        "combining_classes": lambda: ranges(combining_classes()),
        "decompositions": lambda: mapping(decompose),
        "lowercase": lambda: mapping(lowercase),
    }[name]()
    source = "unicodedata2" if data is not own else "unicodedata"
    sys.stdout.write("# Unicode %s: %s" % (data.unidata_version, " ".join(sys.argv[1:])))
    sys.stdout.write(" (made by tools/extract_unicode_data.py with %s of " % source)
    sys.stdout.write("Python %s)\n" % ".".join(platform.python_version_tuple()[:2]))
    for line in lines:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
