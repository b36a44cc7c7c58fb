"""Why a bundle is not taken: one word for the screen, one English sentence for a command."""

from __future__ import annotations

from enum import Enum


class Fault(Enum):
    TORN = "torn"  # not a whole bundle
    SIGNATURE = "signature"  # nobody whom the image knows has signed it
    REVOKED = "revoked"  # who signed it may no more
    TIME = "time"  # signed outside of what its signer may
    DEVICE = "device"  # sealed for another till
    CODE = "code"  # its opening code is wanted, or this is another's
    BOARD = "board"  # made for another kind of machine than this image
    OLDER = "older"  # not above what is in place
    SIREN = "siren"  # another enterprise, another till number: a new chain
    CONTENT = "content"  # whole and signed, and a shop's files in it are wrong


class BundleError(Exception):
    """`detail`: what a technician is told beside the sentence of the fault; file and line of a shop's file."""

    def __init__(self, fault: Fault, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.fault, self.detail = fault, detail
