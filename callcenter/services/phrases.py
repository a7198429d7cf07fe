"""The phrase agreed with an elder (暗号), by which our calls can be told from a fraudster's."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.services.errors import CareError
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, Worker

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,12}")  # said aloud, remembered, no number that is a secret


class BadPhrase(CareError):
    """暗号请用2到12个汉字，不要数字和标点，例如“桂花糖藕”。"""


def agree(session: Session, now: datetime, elder: Elder, phrase: str, worker: Worker) -> None:
    """Keeps the phrase, or takes it back when empty. The time line does not repeat it.

    Raises BadPhrase, changing nothing.
    """
    words = phrase.strip()
    if words and CHINESE.fullmatch(words) is None:
        raise BadPhrase
    if words == elder.phrase:
        return
    elder.phrase = words
    done = "与老人约定了暗号" if words else "取消了和老人约定的暗号"
    note(session, now, "roster", f"{worker.name}{done}", elder_id=elder.id)
