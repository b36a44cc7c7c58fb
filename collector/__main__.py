"""`python -m collector …`."""

from __future__ import annotations

import sys

from collector.command import main

sys.exit(main())
