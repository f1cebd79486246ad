"""What no removal reaches: briefs that stand in chat channels."""

from __future__ import annotations

from config.wording import counted
from sync.cli.output import Output
from sync.jobs.session import Session


def say_posted(session: Session, output: Output) -> None:
    """Say how many briefs were posted and stay; nothing where none was."""
    if count := session.store.briefs.posted():
        them = "It cannot" if count == 1 else "They cannot"
        output.say(
            f"{counted(count, 'brief')} posted to chat channels. {them} be taken back from here: delete "
            f"{'it' if count == 1 else 'them'} in the channel."
        )
        output.data(briefs_posted=count)
