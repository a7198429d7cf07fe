"""Conversations with the real assistant, told turn by turn."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bot.conftest import Server


@dataclass
class Talk:
    """One conversation through the doorway."""

    server: Server
    context: str = "hotline"
    metadata: dict[str, Any] = field(
        default_factory=lambda: {"channel": "phone", "phone": "+8613900000000"}
    )
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    answer: dict[str, Any] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """What is answered, all lines together; never empty."""
        body = {
            "sender": self.sender,
            "text": text,
            "context": self.context,
            "metadata": self.metadata,
        }
        bearer = {"Authorization": f"Bearer {self.server.token}"}
        got = httpx.post(
            f"{self.server.url}/webhooks/doorway/turn", json=body, headers=bearer, timeout=30
        )
        assert got.status_code == httpx.codes.OK, got.text
        self.answer = got.json()
        said = "".join(one.get("text", "") for one in self.answer["messages"])
        assert said, "silence"
        return said

    def custom(self, name: str) -> Any:
        """What the front door is told under this name, None if nothing."""
        found = [
            one["custom"][name] for one in self.answer["messages"] if name in one.get("custom", {})
        ]
        return found[0] if found else None
