"""`python -m actions`: the action server of this house, for Rasa on the same machine."""

import argparse
import os
import sys

from actions.server import serve
from callcenter import wiring
from callcenter.config import BadSettings, read_settings
from callcenter.desk import HouseDesk


def main() -> int:
    """Serve until stopped; 2 with a plain message when a setting is missing."""
    parser = argparse.ArgumentParser(prog="python -m actions", description=__doc__)
    parser.add_argument("--port", type=int, help="default: XIXIN_ACTIONS_PORT, else 5055")
    asked = parser.parse_args()
    try:
        settings = read_settings()
        house = wiring.build(settings)
        house.articles()  # read before the first question, which must not wait for it
        token = os.environ.get("XIXIN_ACTIONS_TOKEN", "")
        serve(HouseDesk(house), asked.port or settings.actions_port, token)
    except (BadSettings, ValueError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
