"""Offers tokens, and turns each into the registration of one till, once."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from secrets import token_bytes
from typing import Final

import cbor2

from appliance.sync import enrolment, shape
from appliance.sync.enrolment import Enrolment, Offer, Policy, Registration
from appliance.sync.protocol import UNAUTHORIZED, UNPROCESSABLE, ProtocolError
from appliance.sync.registry import ENROLLED
from appliance.sync.token import SECRET, Token, mark
from collector.keys import Keys
from collector.manifests import shop
from collector.registry import Registry, Unknown
from collector.store import Store, Unavailable

HOUR_MS: Final = 3_600_000
_CONFLICT: Final = 409
_BURNED: Final = (("hash", shape.octets(32)), ("registration", shape.octets_to(128 * 1024)))


class Enrolments:
    """`url` is the collector's address, `release_key` the public key of pointers; `now` gives UTC ms."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        registry: Registry,
        now: Callable[[], int],
        url: str,
        release_key: bytes,
        policy: Policy = enrolment.POLICY,
    ) -> None:
        self._store, self._keys, self._registry, self._now = store, keys, registry, now
        self._url, self._release_key, self._policy = url, release_key, policy

    async def offer(self, siret: str, till: str) -> Token:
        """A token for one till of one shop, good for an hour. Raises ProtocolError, Unavailable."""
        token = Token(token_bytes(SECRET), mark(self._keys.root), self._url)
        name = sha256(token.secret).digest()
        it = Offer(name, siret, till, self._now() + HOUR_MS, self._keys.own.kid)
        data = enrolment.seal_offer(it, self._keys.own.sign)
        if await self._store.create(f"offers/{name.hex()}", data) != data:
            raise Unavailable("this token was offered before: ask for another one")
        return token

    async def enrol(self, body: bytes) -> tuple[bool, bytes]:
        """(new, registration). Raises ProtocolError, Unavailable."""
        asked, siret, till = enrolment.read_enrolment(body)
        offer = await self._offer(asked.token)
        if (siret, till) != (offer.siret, offer.till):
            raise ProtocolError(
                f"the token is for till {offer.till} of {offer.siret}, not {till} of {siret}", UNPROCESSABLE
            )
        burned = await self._store.get(f"enrol/{offer.token.hex()}")
        if burned is None:
            await self._free(asked.chain_id)
            if self._now() >= offer.expires:
                raise ProtocolError("the token is too old: ask for another one", UNAUTHORIZED)
        name, registration = await self._burn(offer, asked, body)
        if name != sha256(body).digest():
            raise ProtocolError("the token was used before, with other keys: ask for another one", _CONFLICT)
        # If we stop here, the token is burned for this till and the chain unknown; the same request again heals it.
        new = await self._enter(asked.chain_id, body, registration)
        # If we stop here, the chain is enrolled and not listed for its taxpayer; the same request again heals it.
        await self._store.create(shop(siret, asked.chain_id), registration)
        return new, registration

    async def _offer(self, secret: bytes) -> Offer:
        data = await self._store.get(f"offers/{sha256(secret).hexdigest()}")
        if data is None:
            raise ProtocolError("the token is unknown here: ask for another one", UNAUTHORIZED)
        return enrolment.read_offer(data, await self._keys.log(), self._now())

    async def _free(self, chain_id: bytes) -> None:
        try:
            await self._registry.standing(chain_id)
        except Unknown:
            return
        raise ProtocolError("this chain is enrolled already", _CONFLICT)

    async def _burn(self, offer: Offer, asked: Enrolment, body: bytes) -> tuple[bytes, bytes]:
        """(hash of the request that burned the token, registration that it got)."""
        own = self._keys.own
        log = (await self._keys.log()).data
        it = Registration(
            asked.chain_id, offer.siret, offer.till, self._keys.root, log, self._url, self._policy,
            self._release_key, asked.network_key, self._now(), own.kid,
        )  # fmt: skip
        mine = cbor2.dumps([sha256(body).digest(), enrolment.seal_registration(it, own.sign)])
        found = await self._store.create(f"enrol/{offer.token.hex()}", mine)
        try:
            name, registration = shape.listed(found, _BURNED, "burned token")
        except ProtocolError as error:
            raise Unavailable(f"what the store gave back is not what was put there: {error}") from error
        return name, registration

    async def _enter(self, chain_id: bytes, body: bytes, registration: bytes) -> bool:
        """Whether the registry has it since now."""
        details = cbor2.dumps([body, registration])
        try:
            standing = await self._registry.standing(chain_id)
        except Unknown:
            await self._registry.record(chain_id, ENROLLED, details, self._now())
            return True
        if standing.details != sha256(details).digest():
            raise ProtocolError("this chain is enrolled already", _CONFLICT)
        return False
