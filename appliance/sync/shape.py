"""The fields of a map on the wire, each held against its type: what every reader of this room asks first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from appliance.storage.cose import CoseError, Form, loaded
from appliance.storage.record import INT_LIMIT, LAST_TIME

Check: TypeAlias = Callable[[Any], bool]
Fields: TypeAlias = Sequence[tuple[str, Check]]
BAD_REQUEST: Final = 400


class ProtocolError(ValueError):
    """One sentence that says what is wrong; `status` is the HTTP status that a collector answers with it."""

    def __init__(self, why: str, status: int = BAD_REQUEST) -> None:
        super().__init__(why)
        self.status = status


def octets(size: int) -> Check:
    return lambda value: type(value) is bytes and len(value) == size


def octets_to(most: int) -> Check:
    return lambda value: type(value) is bytes and 1 <= len(value) <= most


def text_to(most: int, least: int = 0) -> Check:
    return lambda value: type(value) is str and least <= len(value) <= most and value.isprintable()


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def one_of(*values: object) -> Check:
    return lambda value: any(type(value) is type(each) and value == each for each in values)


def natural(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    return type(value) is int and 0 <= value <= INT_LIMIT


def instant(value: Any) -> bool:  # noqa: ANN401
    """UTC ms since 1970, up to the year 9999."""
    return type(value) is int and 0 <= value <= LAST_TIME


def decoded(data: bytes, what: str) -> Any:  # noqa: ANN401
    """What CBOR in its shortest form says. Raises ProtocolError."""
    try:
        return loaded(data)
    except CoseError as error:
        raise ProtocolError(f"the {what} is not what it should be: {error}") from error


def unpack(data: bytes, fields: Fields, what: str) -> list[Any]:
    """The values of a map with the keys 1, 2, 3 … in this order. Raises ProtocolError."""
    found = decoded(data, what)
    if type(found) is not dict or list(found) != list(range(1, len(fields) + 1)):
        raise ProtocolError(f"the {what} has not its fields, {len(fields)} in ascending order")
    for value, (name, check) in zip(found.values(), fields, strict=True):
        if not check(value):
            raise ProtocolError(f"the field {name} of the {what} has not its type or size")
    return list(found.values())


def listed(data: bytes, fields: Fields, what: str) -> list[Any]:
    """The items of an array of these fields. Raises ProtocolError."""
    found = decoded(data, what)
    if type(found) is not list or len(found) != len(fields):
        raise ProtocolError(f"the {what} is not an array of {len(fields)} items")
    for value, (name, check) in zip(found, fields, strict=True):
        if not check(value):
            raise ProtocolError(f"the {name} of the {what} has not its type or size")
    return found


def opened(form: Form, data: bytes, what: str) -> tuple[bytes, bytes]:
    """(payload, signature) of a statement and nothing more; the signature is not checked. Raises ProtocolError."""
    try:
        payload, signature, rest = form.open(data)
    except CoseError as error:
        raise ProtocolError(f"the {what} is not what it should be: {error}") from error
    if rest:
        raise ProtocolError(f"bytes follow the {what}")
    return payload, signature


def proven(form: Form, data: bytes, key: bytes, what: str) -> bytes:
    """The payload of a statement that `key` has signed. Raises ProtocolError, 401 for a wrong signature."""
    payload, signature = opened(form, data, what)
    if not form.proven(key, payload, signature):
        raise ProtocolError(f"the {what} is not signed by the key that has to sign it", 401)
    return payload
