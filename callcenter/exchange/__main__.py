"""`python -m callcenter.exchange --port 8010 --hotline +86... --voice-url http://...`"""

import os
import sys

from callcenter.exchange.book import BadPhoneBook
from callcenter.exchange.server import serve
from callcenter.exchange.settings import BadSetting, from_arguments


def main() -> int:
    """Serve, or say in one sentence what is wrong."""
    try:
        serve(from_arguments(sys.argv[1:], os.environ))
    except (BadSetting, BadPhoneBook) as wrong:
        print(f"the exchange cannot start: {wrong}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
