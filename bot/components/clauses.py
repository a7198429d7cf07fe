"""Hears a second wish in one sentence (我要订饭，顺便问一下长护险), so that both end somewhere."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Text

from rasa.core.channels.channel import UserMessage

CLAUSE_END = re.compile(
    r"[，。；！？,;!?\s]+|(?=另外|还有|顺便|顺带|再就是|还想|还要问|对了|再帮|再问|又想)"
)
SHORTEST, MOST = 4, 4  # characters of a clause; clauses of one sentence
SURE = 0.6  # a clause alone must be this sure
WISHES = (
    "report_unwell", "scam", "complaint", "request_service", "change_request", "ask_progress",
    "ask_policy", "companionship",
)  # fmt: skip


def clauses(text: Text) -> List[Text]:
    """The parts of a sentence that could each be a wish."""
    parts = [part.strip() for part in CLAUSE_END.split(text)]
    return [part for part in parts if len(part) >= SHORTEST][:MOST]


async def second_wish(agent: Any, text: Text, metadata: Dict) -> Optional[Dict[Text, Text]]:
    """The first clause that is surely a wish of another kind than the whole sentence; else None."""
    parts = clauses(text)
    if len(parts) < 2 or agent is None or agent.processor is None:
        return None
    whole = (await _parsed(agent, text, metadata))["intent"]["name"]
    for part in parts:
        intent = (await _parsed(agent, part, metadata))["intent"]
        if intent["name"] in WISHES and intent["name"] != whole and intent["confidence"] >= SURE:
            return {"intent": intent["name"], "text": part}
    return None


async def _parsed(agent: Any, text: Text, metadata: Dict) -> Dict[Text, Any]:
    return await agent.processor.parse_message(UserMessage(text, metadata=metadata))
