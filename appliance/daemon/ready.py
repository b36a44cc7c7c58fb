"""That the till stands, for the system that judges the slot by it (image/FORMAT.md, `/run/sceau/ready`)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from appliance import VERSION

FOLDER: Final = "RUNTIME_DIRECTORY"  # systemd.exec(5): the folders that the unit asked for, joined by ":"


def runtime_folder() -> Path | None:
    """None where systemd has made none: then nobody waits for the file."""
    first = os.environ.get(FOLDER, "").partition(":")[0]
    return Path(first) if first else None


def stands(folder: Path | None, frame: str, records: int) -> None:
    """The first screen is drawn, the journal is open, the drivers are loaded; `records` in the journal, 0 on a blank
    machine. A file that cannot be written is told: without it the system gives this version up."""
    if folder is None:
        return
    partial = folder / "ready.new"
    try:
        partial.write_text(f"version={VERSION}\nframe={frame}\nrecords={records}\n", "utf-8")
        # If we stop here, nobody is told that this process stood, and it does not stand.
        partial.replace(folder / "ready")
    except OSError as error:
        sys.stderr.write(f"{folder}: {error.strerror}; this version will be given up\n")
