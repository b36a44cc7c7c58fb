"""`sceau note DATA RECORD TEXT`: a comment on an earlier act. It deletes nothing (INA-02)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from unicodedata import normalize

from appliance.audit.archive_period import Refusal
from appliance.audit.holder import Tills
from appliance.core import event as ev
from appliance.storage.record import RecordError

DONE, UNDONE = 0, 2
LONGEST: Final = 200  # characters


def note_main(argv: Sequence[str], tills: Tills) -> int:
    """Exit code 0, or 2 with a line that says what to do."""
    parser = argparse.ArgumentParser("sceau note", description="Comments on an earlier act; the act stays as it is.")
    parser.add_argument("data", type=Path, metavar="DATA", help="a data folder")
    parser.add_argument(
        "record", type=int, metavar="RECORD", help="the act's number, as papers and `sceau dump` say it"
    )
    parser.add_argument("text", metavar="TEXT", help=f"at most {LONGEST} characters")
    options = parser.parse_args(argv)
    try:
        made = _record(options, tills)
    except Refusal as error:
        sys.stderr.write(f"{error}\n")
        return UNDONE
    sys.stdout.write(f"recorded as {made}\n")
    return DONE


def _record(options: argparse.Namespace, tills: Tills) -> int:
    text = normalize("NFC", options.text.strip())
    if not 0 < len(text) <= LONGEST:
        raise Refusal(f"a comment has 1 to {LONGEST} characters: write it shorter")
    with tills(options.data) as till:
        try:
            return till.record(ev.NOTE, {1: options.record, 2: text})
        except RecordError as error:
            raise Refusal(f"the text cannot be recorded ({error}): write it in plain characters") from error
        except Refusal as error:
            raise Refusal(f"act {options.record} cannot be commented on: it must be one that is recorded") from error
