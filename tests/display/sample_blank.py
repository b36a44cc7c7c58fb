"""A machine that is no till yet, as it waits and as it refuses."""

from __future__ import annotations

from typing import cast

from appliance.core import blank
from appliance.core.blank import Blank
from appliance.core.view import View

WAITING = Blank(
    "SCEAU:10000000ABCD1234:6FFVC4YTBINYA2D7E46UT2HUOQFHSOUUTOB3CBMDP4VGD2H64FHQ",
    "10000000ABCD1234",
    "6A7F 12CD 8899 0011",
)


def blank_view() -> View:
    return cast("View", blank.view(WAITING))


def refused_view() -> View:
    """The longest: three sentences, one of them a line of a file."""
    detail = "catalogue.csv:214: vat '19.6' is not a rate in force in guadeloupe (8.5, 2.1, 1.75, 1.05)"
    return cast("View", blank.view(blank.refused(blank.enrolled(WAITING), "content", detail)))


def asking_view() -> View:
    """A code was scanned; the collector has nothing for this machine."""
    asked = blank.asking(blank.enrolled(WAITING), "collecte.epiceries-de-bretagne.example")
    return cast("View", blank.view(blank.upstream(asked, "none")))


def distrusted_view() -> View:
    """The longest sentence, with the sheet read as well."""
    asked = blank.asking(blank.coded(blank.enrolled(WAITING)), "collecte.epiceries-de-bretagne.example")
    return cast("View", blank.view(blank.upstream(asked, "untrusted")))
