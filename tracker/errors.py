"""Every exception of ours. Each message says what to do next and can be shown to a person as it is."""


class Refusal(Exception):
    """An act that was not carried out; nothing was written."""


class NotAllowed(Refusal):
    """The actor's role or organisation does not permit the act."""


class WrongState(Refusal):
    """The thing is in a state from which the act does not lead."""


class EvidenceTooWeak(Refusal):
    """The level needs more evidence, or more components met, than there is."""


class Conflict(Refusal):
    """Someone else changed the thing since it was read."""


class InvalidValue(Refusal):
    """A value that the record cannot hold."""


class UnsafeMaterial(InvalidValue):
    """A link or a file that is no document: a picture, a recording, an archive. Nothing of it is kept, and the stop
    page answers.
    """


class ReadOnly(Refusal):
    """The history is shorter than what was published of it, or another one: nothing is written until an operator has
    recorded why.
    """


class CatalogueError(Refusal):
    """A catalogue or workspace file that cannot be loaded. Nothing of any file was written."""

    def __init__(self, file: str, point: str, reason: str) -> None:
        super().__init__(f"{file}: {point}: {reason}" if point else f"{file}: {reason}")
        self.file, self.point, self.reason = file, point, reason


class SourceRefused(Refusal):
    """A file that is no document that can be imported. Nothing of it was written."""


class GuardsMissing(Exception):
    """The database lacks the triggers that keep the history append-only."""
