"""Handing the caller to a person: the front door transfers when it sees this."""

from actions.turn import Reply


def to_person(reason: str, summary: str, line: str) -> Reply:
    """The line is said while the person is called; the summary is what the person gets to know."""
    return Reply(lines=(line,), custom={"handoff": {"reason": reason, "summary": summary}})
