"""The one error a person meets: what it concerns, what is wrong, what to do about it."""

from catalog.visible_text import visible


class StudioError(Exception):
    """A refusal or failure that a person can act on.

    `code` is stable and machine readable; `object` names the dataset, column, file or
    audience; `cause` says what is wrong, with the value; `remedy` says what to do. The
    text is one sentence on one line whatever names are in it, never a traceback, and
    holds no e-mail address, phone number or secret.

    >>> print(StudioError("empty_dataset", "seed 'x'", "has 0 rows", "add rows to it"))
    seed 'x' has 0 rows: add rows to it
    """

    def __init__(self, code: str, object: str, cause: str, remedy: str) -> None:  # noqa: A002
        self.code = code
        self.object = visible(object)
        self.cause = visible(cause)
        self.remedy = visible(remedy)
        super().__init__(f"{self.object} {self.cause}: {self.remedy}")

    def as_dict(self) -> dict[str, str]:
        """The error's one shape in JSON, on screen and in logs."""
        return {
            "code": self.code,
            "object": self.object,
            "cause": self.cause,
            "remedy": self.remedy,
        }
