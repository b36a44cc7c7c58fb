"""`sceau perimeter`: the fiscal version of this build, and whether its files are those that were hashed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from appliance.audit.perimeter import Difference, Perimeter, check

_CODES = """exit code:
  0  every file of the perimeter is as it was hashed
  1  one is not: the line names it"""


def perimeter_main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "sceau perimeter",
        description="Checks the files that the four conditions of the law rest on.",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="prints hash and path of each, as sha256sum does")
    options = parser.parse_args(argv)
    found = check()
    if isinstance(found, Difference):
        sys.stderr.write(f"{found}\n")
        return 1
    sys.stdout.writelines(_lines(found) if options.list else _summary(found))
    return 0


def _summary(found: Perimeter) -> list[str]:
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(found.libraries.items()))
    return [
        f"fiscal version {found.version}\n",
        f"perimeter {found.digest.hex()}\n",
        f"{len(found.files)} files, unchanged; libraries: {libraries}\n",
    ]


def _lines(found: Perimeter) -> list[str]:
    """What the digest is the SHA-256 of."""
    files = [f"{found.files[path]}  {path}\n" for path in sorted(found.files)]
    return files + [f"{name}=={version}\n" for name, version in sorted(found.libraries.items())]
