"""What can go wrong in a use case. The docstring is what people read; status is for the web."""

from collections.abc import Sequence

from callcenter.domain.sheet import Mistake


class CareError(Exception):
    """这一步没有办成。"""

    status = 400

    def __str__(self) -> str:
        """The plain Chinese sentence, with what was given in place of the docstring if any."""
        return super().__str__() or (self.__doc__ or "").strip()


class NotFound(CareError):
    """没有找到这条记录。"""

    status = 404


class AlreadyAcknowledged(CareError):
    """已由他人接警。"""

    status = 409

    def __init__(self, owner: str) -> None:
        super().__init__(f"已由{owner}接警。")
        self.owner = owner  # the name of who has it


class AlreadyResolved(CareError):
    """这条预警已经办结。"""

    status = 409


class FindingNeedsWords(CareError):
    """请写明是谁、怎样证实的，再办结。"""


class WrongFinding(CareError):
    """这个结果不能用在这条预警上，请另选一个。"""


class BadVisit(CareError):
    """探访记录不完整：请填时间、地点，开始要早于结束，且不能在将来。"""


class NotAllowed(CareError):
    """您没有权限做这一步。"""

    status = 403


class RosterMistake(CareError):
    """名册里有错，请改正后再导入。"""


class BadRoster(RosterMistake):
    """名册里有错，什么都没有写入；请改正后再导入。"""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"名册里有{len(mistakes)}处错，什么都没有写入；请改正后再导入。")
        self.mistakes = tuple(mistakes)
