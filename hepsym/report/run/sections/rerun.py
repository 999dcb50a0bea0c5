"""How is all of this made again, to the bit?"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.section import Section, table

__all__ = ["section"]


def section(
    commands: Sequence[Sequence[str]], versions: Mapping[str, Any], facts: Mapping[str, Any]
) -> Section:
    """Commands to type, versions that were used, seeds and digests.

    commands are lists of words; quoting for a shell is added here.
    """
    typed = "\n".join(shlex.join(command) for command in commands)
    card = "card.toml" in typed
    body: list[Markup | None] = [
        tag(
            "p",
            "The same commands with the same versions give the same events to the bit, "
            "on any number of threads.",
        ),
        tag("p", "Save the process card above as ", tag("code", "card.toml"), " first.") if card else None,
        tag("pre", tag("code", typed)) if typed else tag("p", "The run does not say which commands made it."),
    ]
    if facts:
        body.append(
            table("Seeds and digests", ("", ""), [(k, tag("code", str(v))) for k, v in facts.items()])
        )
    if versions:
        body.append(table("Versions", ("", ""), sorted((str(k), str(v)) for k, v in versions.items())))
    return Section("rerun", "How to make it again", join(*body))
