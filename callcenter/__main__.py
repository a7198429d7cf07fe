"""`python -m callcenter`; see cli.py."""

import sys

from callcenter.cli import main

sys.exit(main())
