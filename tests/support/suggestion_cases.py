"""Two key results and an exemption, with work that says what serves them."""

from __future__ import annotations

from tests.support.builders import item, work, workspace

GOALS = workspace(
    work("SIGN", {"label": "signup"}, title="Sign-up takes a minute"),
    work("FAST", {"label": "speed"}, title="The search answers at once"),
    exempt=[{"name": "ktlo", "labels": ["ktlo"]}],
)


KNOWN = [
    *(item(f"WEB-{n}", title=f"Shorten the form, part {n}", labels=("signup",)) for n in range(1, 6)),
    *(item(f"WEB-{n}", title=f"Cache the ranking, part {n}", labels=("speed",)) for n in range(11, 16)),
    *(item(f"WEB-{n}", title=f"Renew certificates, part {n}", labels=("ktlo",)) for n in range(21, 26)),
]
