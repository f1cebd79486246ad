"""Whether this installation has the numbers and days of a language: the container is built without most of them."""

from __future__ import annotations

from importlib import metadata

from config.messages import FORMATS

BUILD_ARGUMENT = "LANGUAGES"
"""Of the Dockerfile: the languages to keep beside those that are shipped."""


def left_out(language: str) -> bool:
    """Whether Babel was installed with the locale data of a language and has been rid of it.

    What its list of files never had is a language that CLDR does not know; such texts take the figures of English.
    """
    if language in FORMATS:
        return False
    from babel.localedata import exists

    name = language.replace("-", "_")
    if exists(name):
        return False
    try:
        listed = metadata.files("babel") or []
    except metadata.PackageNotFoundError:
        return False
    wanted = f"babel/locale-data/{name}.dat".casefold()
    return any(str(one).casefold() == wanted for one in listed)
