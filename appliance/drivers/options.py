"""Options of a driver: a frozen dataclass beside it, filled from the configuration and refused when wrong."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import TypeVar

from appliance.ports import DeviceError

Shape = TypeVar("Shape")


class BadOptionError(DeviceError):
    """The configuration asks a driver for what it does not know; the text says what it knows."""


def decode(shape: type[Shape], given: Mapping[str, object], driver: str) -> Shape:
    """Builds the dataclass `shape` from `given`; a list becomes a tuple. Raises `BadOptionError` with one sentence."""
    fields = {field.name: field for field in dataclasses.fields(shape)}  # type: ignore[arg-type]  # any dataclass
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise BadOptionError(
            f"{driver} does not know the option {unknown[0]!r}; it knows: {', '.join(fields) or 'none'}."
        )
    missing = [name for name, field in fields.items() if name not in given and _required(field)]
    if missing:
        raise BadOptionError(f"{driver} needs the option {missing[0]!r}.")
    hints = typing.get_type_hints(shape)
    values = {name: _value(hints[name], value, f"{driver}: option {name!r}") for name, value in given.items()}
    try:
        return shape(**values)
    except ValueError as error:
        raise BadOptionError(f"{driver}: {error}") from None


def _required(field: dataclasses.Field[object]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _value(kind: type, value: object, where: str) -> object:
    origin = typing.get_origin(kind) or kind
    if origin is tuple:
        return _numbers(value, len(typing.get_args(kind)), where)
    if type(value) is not origin:
        raise BadOptionError(f"{where} must be {_NAMES[origin]}, not {value!r}.")
    return value


def _numbers(value: object, count: int, where: str) -> tuple[int, ...]:
    if isinstance(value, (list, tuple)) and len(value) == count and all(type(item) is int for item in value):
        return tuple(value)
    raise BadOptionError(f"{where} must be a list of {count} whole numbers, not {value!r}.")


def one_of(name: str, value: object, choices: tuple[object, ...]) -> None:
    """For `__post_init__` of options: raises ValueError with the sentence that lists the choices."""
    if value not in choices:
        raise ValueError(f"option {name!r} is {value!r} and must be one of {', '.join(map(str, choices))}.")


_NAMES = {str: "a text", int: "a whole number", bool: "true or false"}
