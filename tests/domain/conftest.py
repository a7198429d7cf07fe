"""The rules that care staff wrote, read once for all tests of the domain."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.domain.answers import AnswerRules
from callcenter.domain.danger import DangerRules
from tests.domain.sounds import readings

POLICY = Path(__file__).parents[2] / "policy"


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((POLICY / name).read_text(encoding="utf-8"))


def sheet(name: str) -> Any:
    """A copy of a policy file, to be changed freely."""
    return deepcopy(_read(name))


@pytest.fixture(scope="session")
def danger() -> DangerRules:
    """The danger rules, listening by sound too."""
    return DangerRules.parse(sheet("danger.yaml"), readings)


@pytest.fixture(scope="session")
def danger_as_written() -> DangerRules:
    """The danger rules without readings of characters."""
    return DangerRules.parse(sheet("danger.yaml"))


@pytest.fixture(scope="session")
def answers() -> AnswerRules:
    """The answer rules, listening by sound too."""
    return AnswerRules.parse(sheet("answers.yaml"), readings)
