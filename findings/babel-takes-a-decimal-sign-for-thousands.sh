#!/bin/sh
# Babel 2.17.0 (PyPI), CPython 3.11: `babel.numbers.parse_decimal` documents NumberFormatError for a text "that cannot be converted to a
# decimal number" of the locale. One would expect it for "44,5" in English, where a comma stands before three digits only, and for
# "1.02" in German. Both are read, a hundred or ten times too large: signs of groups are deleted wherever they stand. An export in the other
# locale therefore passes without an error. `strict=True`, which is not the default, refuses both.
#
# Output seen:
#   44,5 in en -> 445; strict: NumberFormatError
#   1.02 in de -> 102; strict: NumberFormatError
#   1,0,2,0 in en -> 1020; strict: NumberFormatError
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check Babel==2.17.0
"$place/env/bin/python" - > "$place/seen" <<'PY'
from babel.numbers import NumberFormatError, parse_decimal

for text, locale in (("44,5", "en"), ("1.02", "de"), ("1,0,2,0", "en")):
    read = parse_decimal(text, locale=locale)
    try:
        strict = str(parse_decimal(text, locale=locale, strict=True))
    except NumberFormatError:
        strict = "NumberFormatError"
    print(f"{text} in {locale} -> {read}; strict: {strict}")
PY
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: signs of groups are read in another way" >&2; exit 1; }
44,5 in en -> 445; strict: NumberFormatError
1.02 in de -> 102; strict: NumberFormatError
1,0,2,0 in en -> 1020; strict: NumberFormatError
SEEN
