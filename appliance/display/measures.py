"""What a theme has to say for each panel: names only, the numbers stand in `theme.py`."""

from __future__ import annotations

from dataclasses import dataclass

Sizes = tuple[int, ...]  # from the wished to the smallest


@dataclass(frozen=True, slots=True)
class Type:
    """Ladders of sizes, from the wished to the smallest."""

    micro: Sizes
    small: Sizes
    body: Sizes
    tile: Sizes
    key: Sizes
    strong: Sizes  # the blue key
    sum: Sizes  # suggestions, field, drawer
    title: Sizes
    heading: Sizes
    message: Sizes
    thing: Sizes
    text: Sizes
    digit: Sizes
    total: Sizes
    due: Sizes
    gap: Sizes
    change: Sizes
    clock: Sizes
    header_clock: Sizes
    person: Sizes
    shop: Sizes


@dataclass(frozen=True, slots=True)
class Measures:
    """Pixels, by place. Names read as they are used in the screens."""

    margin: int
    gap: int
    pad_gap: int
    tight: int  # the smallest distance between a text and what is beside it
    edge: int  # between a category's edge and its word
    detail: int  # between the word of a key and its second line
    inner: int  # inside a field, a card, a row
    wide: int  # margins of pages that are read, not tapped
    rule: int  # a line
    bar: int  # selected, added
    header: int
    header_inset: int
    plate: int  # between the edges of the header and the words of an exercise
    person: int
    header_date: int  # 1: the header has room for the date, and pages for a title of their own
    icon: int
    sign: int
    voir: int
    strong: int  # height of the blue key
    # sale
    rail: int
    basket: int
    chip: int
    functions: int
    basket_head: int
    quantity: int
    row: int
    void: int  # height of a struck label with its tag
    actions: int
    close: int
    slab: int
    article_lip: int
    price: int
    cap: int  # from the top of a tile to its label
    foot: int  # below its price
    # payment
    pay_slab: int
    back: int
    ticket: int
    pad: int
    heading: int
    field: int
    suggestion: int
    payment: int
    ticket_row: int
    ticket_foot: int
    means_icon: int
    # print
    question: int
    print_key: int
    print_share: int  # percent of the width for "Imprimer"
    euro_share: int  # percent of the figures' size for the euro sign of the change
    facts: int
    change_title: int
    sealed: int
    seal_mark: int
    # locked
    dark: int
    seal: int
    dark_top: int
    shop: int
    clock: int
    date: int
    day: int
    badge: int
    badge_row: int
    names_label: int
    name_row: int
    notice: int
    pin_width: int
    pin_head: int
    pin_dot: int
    pin_change: int
    # entry
    title: int
    fact: int
    entry_slab: int
    refusal: int
    choice: int
    choice_columns: int
    # count
    count_pad: int
    count_title: int
    count_gap: int
    count_field: int
    count_follow: int
    times: int  # percent of a row where "×" stands
    number: int
    # summary
    summary: int
    summary_row: int
    summary_least: int
    summary_first: int  # percent of the table before the second column's right edge
    drawer_row: int
    drawer_strong: int
    gap_card: int
    # message, card
    message_rule: int
    octagon: int
    message_top: int
    message_line: int
    message_key: int
    answer: int
    # menu, lists
    menu_head: int
    device_port: int
    acts: int
    error_time: int
