"""What people write below a title: sentences about its theme, and now and then about another."""

from __future__ import annotations

from connectors.sandbox.company import THEMES

SENTENCES: dict[str, tuple[str, ...]] = {
    "onboarding": (
        "New teams give up here before they have seen any value.",
        "Half of those who sign up never invite a second person.",
        "The first session decides whether a workspace is used in the second week.",
        "Sample content would show newcomers what a full workspace looks like.",
    ),
    "dashboard": (
        "A first chart takes most people a quarter of an hour, and many never get there.",
        "The gallery is where people look for a chart that somebody else has built.",
        "Loading the numbers takes longer than reading them.",
        "Everybody wants the metrics of last month, nobody finds the filter.",
    ),
    "failover": (
        "When the region went down in spring, somebody had to switch by hand at night.",
        "The replica is there, but nobody has rehearsed the switch.",
        "An outage of one data centre must not be seen by customers.",
        "The backup is taken every night and was never restored as a whole.",
    ),
    "deploy": (
        "A merged change waits for hours until somebody presses the button.",
        "The pipeline runs everything again for a change of one line.",
        "A bad release is taken back by hand, and slowly.",
        "Migrations hold up the whole release train.",
    ),
    "api": (
        "Latency at the ninety-fifth percentile has crept up with every customer.",
        "The profile shows the same query once for each row.",
        "Big boards are slow for everybody on the same replica.",
        "Response times are what integrators complain about most.",
    ),
    "mobile": (
        "People on the train open a board and see a spinner.",
        "The app in the store is two releases behind the web.",
        "Notifications arrive when the phone is opened, not before.",
    ),
    "bug": (
        "It pages whoever is on call, mostly at night.",
        "The incident review named it as the cause.",
        "An alert for it exists, and says nothing useful.",
    ),
    "flaky": (
        "It fails one run in twenty, and people have learned to press retry.",
        "The suite is red on Mondays for no reason that anybody knows.",
        "A failed run costs a quarter of an hour of waiting.",
    ),
    "ktlo": (
        "It is due every year.",
        "The vendor stops support in spring.",
        "The run book has a page about it.",
    ),
    "security": (
        "The audit of last autumn lists it.",
        "A former colleague could still get in.",
        "The penetration test found it in an hour.",
    ),
    "people": ("Candidates ask for it.", "The works council wants to see it first."),
}
"""What people write below a title of each theme, in words that the titles do not always have."""


def theme_of(words: str) -> str | None:
    """The theme whose things a title names."""
    return next((name for name, (_, things) in THEMES.items() if any(one in words for one in things)), None)


def opening_sentence(theme: str | None, number: int) -> str:
    """The sentence with which a description begins: of eleven in twenty about the theme, of three about another
    one, as it was found elsewhere or copied; of the others "". The same number gives the same sentence."""
    names = list(SENTENCES)
    kind = number % 20
    if kind < 11 and theme in SENTENCES:
        about = SENTENCES[theme]
    elif 11 <= kind < 14:
        about = SENTENCES[names[number % len(names)]]
    else:
        return ""
    return about[number // 20 % len(about)]
