"""The readings of a character, as the application gives them to the rules."""

from pypinyin import Style, pinyin


def readings(char: str) -> list[str]:
    """Readings without tones, the commonest first."""
    return pinyin(char, style=Style.NORMAL, heteronym=True)[0]
