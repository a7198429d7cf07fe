"""`python -m knowledge`: check, ask, bench, train and import for the knowledge base."""

import sys

from knowledge.cli import main

sys.exit(main())
