"""What changed between two frames, as few rectangles.

A pixel outside the boxes is covered by the same items in the same order in both frames, so it needs no paint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appliance.display.box import Box
from appliance.display.frame import Frame, Item, Part

MOST = 12  # boxes in one flush; more are joined
MANY = 24  # changes of one part from which it is painted as one box: looking for neighbours would cost more
WASTE = 1.2  # joined when the union is not much larger than the two


def damage(old: Frame, new: Frame) -> list[Box]:
    """Boxes that must be painted to turn `old` into `new`."""
    whole = Box(0, 0, *new.size)
    if old.size != new.size or [p.name for p in old.parts] != [p.name for p in new.parts]:
        return [whole]
    boxes: list[Box] = []
    for before, after in zip(old.parts, new.parts, strict=True):
        if before is not after:
            changed = _part_damage(before, after)
            boxes.extend([_union(changed)] if len(changed) > MANY else changed)
    return merged(boxes)


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Joins boxes that touch or nearly do."""
    kept: list[Box] = []
    for box in boxes:
        if box.area > 0:
            _add(kept, box)
    while len(kept) > MOST:
        last = kept.pop()
        near = min(range(len(kept)), key=lambda i: kept[i].joined(last).area - kept[i].area)
        _add(kept, kept.pop(near).joined(last))
    return kept


def _union(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _add(kept: list[Box], box: Box) -> None:
    index = 0
    while index < len(kept):
        union = kept[index].joined(box)
        if kept[index].meets(box) or union.area <= WASTE * (kept[index].area + box.area):
            box = union
            del kept[index]
            index = 0
        else:
            index += 1
    kept.append(box)


def _part_damage(before: Part, after: Part) -> list[Box]:
    old, new = _differing(before.items, after.items)
    old_set, new_set = set(old), set(new)
    kept_old = [item for item in old if item in new_set]
    kept_new = [item for item in new if item in old_set]
    if kept_old != kept_new:
        return [item.box for item in (*old, *new)]
    gone = [item.box for item in old if item not in new_set]
    return gone + [item.box for item in new if item not in old_set]


def _differing(old: Sequence[Item], new: Sequence[Item]) -> tuple[Sequence[Item], Sequence[Item]]:
    """Both without their common beginning and end."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return old[start : len(old) - end], new[start : len(new) - end]
