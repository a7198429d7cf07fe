"""Times that cannot be taken as they were said: each carries the question that settles it."""


class NotInFuture(Exception):
    """The time is over; `question` says so and helps on."""

    def __init__(self, what: str = "这个时间已经过去了", offer: str = "") -> None:
        super().__init__(what)
        self.what = what  # as it is spoken: 昨天已经过去了
        self.offer = offer  # a time ahead that may be meant, in words to be read; yes takes it

    @property
    def question(self) -> str:
        """What is asked, as it is spoken."""
        return f"{self.what}。" + (f"{self.offer}，好不好？" if self.offer else "您要哪一天？")


class Unsettled(Exception):
    """A time that has to be asked about; the message is the question, as it is spoken."""

    def __init__(self, question: str, keep: str = "") -> None:
        super().__init__(question)
        self.keep = keep  # what the answer is put behind before it is read again
