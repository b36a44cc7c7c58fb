"""One exchange with the collector: blocking, for a thread of its own. It decides nothing that lasts.

A receipt counts when the pinned root vouches for its key and this journal for its head. That the journal forked or
was put back counts when the collector shows a batch that this till's own key has signed: its word alone stops no sale.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

import cbor2

from appliance.storage.record import RecordError
from appliance.sync import keylog, problem, protocol
from appliance.sync.client import Answer, Asking, Unreachable
from appliance.sync.cut import CutError, Cutter, worth
from appliance.sync.keylog import KeyLog
from appliance.sync.outcome import Behind, Later, Met, Nothing, Outcome, Position, Sent, Smaller
from appliance.sync.protocol import Batch, ProtocolError, Receipt
from appliance.sync.reading import Network, Reading

OTHER: Final = "Le serveur détient d'autres actes de cette caisse à partir du n° {0}."
AHEAD: Final = "Le serveur détient des actes de cette caisse jusqu'au n° {0}, elle n'en a que {1}."
LOST: Final = "Le serveur n'a plus les actes à partir du n° {0}\u00a0: ils sont envoyés à nouveau."
LYING: Final = "La réponse du serveur n'est pas valable\u00a0: {0}."
REFUSED: Final = "Le serveur refuse les actes à partir du n° {0} ({1})\u00a0: {2}"
EVIDENCE: Final = 2048  # bytes


class Exchange:
    """With one collector, for one chain. `log`: its keys as the registration named them; newer ones are asked for."""

    def __init__(self, client: Asking, cutter: Cutter, log: KeyLog, network: Network) -> None:
        self._client, self._cutter, self._log = client, cutter, log
        self._reading = Reading(client, network)

    def send(self, at: Position) -> Outcome:
        """The next batch, when there is one worth sending."""
        return self._safely(lambda: self._send(at), at)

    def look(self, at: Position) -> Outcome:
        """Where the collector stands: asked at a start, and when it did not take the last receipt."""
        return self._safely(lambda: self._look(at, ""), at)

    def _safely(self, act: Callable[[], Outcome], at: Position) -> Outcome:
        try:
            return act()
        except Unreachable as error:
            return Later(None, str(error))
        except ProtocolError as error:
            return Met("lying", at.next_seq, None, LYING.format(error))
        except (CutError, RecordError, OSError) as error:
            return Met("refused", at.next_seq, None, f"Le journal ne peut pas être relu pour l'envoi\u00a0: {error}.")

    def _send(self, at: Position) -> Outcome:
        batch = self._cutter.cut(at.next_seq, at.until, at.most)
        if batch is None or not worth(batch):
            return Nothing()
        data = batch.encode()
        path = f"{self._chain()}/batches/{batch.first_seq}"
        answer = self._client.ask(
            "PUT", path, protocol.request(data, at.receipt), {"Content-Type": protocol.BATCH_TYPE}
        )
        match answer.status:
            case 201 | 200 | 409:
                return self._stored(at, batch, data, answer)
            case 401 | 428:
                return self._look(at, said(answer))
            case 411 | 413 if len(batch.records) > 1:
                return Smaller()
        return self._not_taken(at, answer)

    def _not_taken(self, at: Position, answer: Answer) -> Outcome:
        if answer.status == 429 or answer.status >= 500:
            return Later(answer.retry_after, f"HTTP {answer.status}")
        return Met("refused", at.next_seq, None, REFUSED.format(at.next_seq, answer.status, said(answer)))

    def _stored(self, at: Position, batch: Batch, data: bytes, answer: Answer) -> Outcome:
        receipt = self._receipt(answer.body)
        if receipt.first_seq != batch.first_seq:
            raise ProtocolError("the receipt is for another place")
        own = sha256(data).digest()
        if answer.status == 201 and (receipt.next_seq, receipt.batch_sha256) != (batch.next_seq, own):
            raise ProtocolError("the receipt is for another batch than the one that was sent")
        return self._held_against(at, receipt, answer.body)

    def _held_against(self, at: Position, receipt: Receipt, data: bytes) -> Outcome:
        """This journal's head where the receipt ends says whether both tell one history."""
        if receipt.next_seq <= at.until and self._cutter.head(receipt.next_seq) == receipt.head:
            return Sent(receipt.first_seq, receipt.next_seq, receipt.head, receipt.received, data)
        return self._contradicted(at, receipt, data)

    def _contradicted(self, at: Position, receipt: Receipt, data: bytes) -> Outcome:
        """Evidence of two histories: theirs must be signed by the key that signs behind our last receipt."""
        theirs, stored = self._their_batch(at)
        if theirs.next_seq <= at.until and self._cutter.head(theirs.next_seq) == theirs.head:
            return self._nearer(theirs, stored)
        evidence = cbor2.dumps([data, theirs.next_seq, theirs.head, theirs.signature])
        self._report(at)
        if receipt.next_seq > at.until:
            return Met("rollback", at.next_seq, evidence, AHEAD.format(receipt.next_seq - 1, at.until))
        return Met("fork", at.next_seq, evidence, OTHER.format(at.next_seq))

    def _nearer(self, theirs: Batch, data: bytes) -> Outcome:
        """Both agree up to here: if they differ it is further on, and the next exchange tells."""
        receipt = self._receipt(data)
        if (receipt.first_seq, receipt.next_seq, receipt.head) != (theirs.first_seq, theirs.next_seq, theirs.head):
            raise ProtocolError("its batch and its receipt do not go together")
        return Sent(receipt.first_seq, receipt.next_seq, receipt.head, receipt.received, data)

    def _their_batch(self, at: Position) -> tuple[Batch, bytes]:
        """The batch behind our last receipt, under this till's own signature, and its receipt."""
        answer = self._reading.read(f"{self._chain()}/batches/{at.next_seq}")
        if answer.status == 404:
            raise ProtocolError("it says that the journal forked and shows no batch")
        if answer.status != 200:
            raise Unreachable(f"HTTP {answer.status}")
        batch, receipt = protocol.read_stored(answer.body)
        theirs = protocol.read_batch(batch)
        if (theirs.chain_id, theirs.first_seq) != (self._cutter.chain_id(), at.next_seq):
            raise ProtocolError("it shows a batch of another place")
        protocol.accept(theirs, self._log_receipt(at.receipt) if at.receipt else None)
        return theirs, receipt

    def _report(self, at: Position) -> None:
        """Our own side of the fork, kept by the collector; nothing depends on its answer."""
        batch = self._cutter.cut(at.next_seq, at.until, at.most)
        if batch is None:
            return
        try:
            body = protocol.request(batch.encode(), at.receipt)
            self._client.ask("POST", f"{self._chain()}/forks", body, {"Content-Type": protocol.BATCH_TYPE})
        except Unreachable:
            return

    def _look(self, at: Position, why: str) -> Outcome:
        """`why` it refused our receipt; empty when nothing was refused yet."""
        after = protocol.read_receipt(at.receipt)[0].first_seq if at.receipt else 0
        answer = self._reading.read(f"{self._chain()}/head?after={after}")
        if answer.status == 404:
            return self._none_there(at, why, answer)
        if answer.status != 200:
            return self._not_taken(at, answer)
        receipt = self._receipt(answer.body)
        if receipt.next_seq > at.next_seq:
            return self._held_against(at, receipt, answer.body)
        if self._cutter.head(receipt.next_seq) != receipt.head:
            raise ProtocolError("its last receipt contradicts one that it has given before")
        if receipt.next_seq < at.next_seq:
            return Behind(receipt.next_seq, answer.body, LOST.format(receipt.next_seq))
        if why:
            return Met("refused", at.next_seq, None, REFUSED.format(at.next_seq, 401, why))
        return Nothing()

    def _none_there(self, at: Position, why: str, answer: Answer) -> Outcome:
        if at.receipt:
            return Behind(0, None, LOST.format(0))
        return Met("refused", 0, None, REFUSED.format(0, 404, why or said(answer))) if why else Nothing()

    def _receipt(self, data: bytes) -> Receipt:
        """Proven, and of this chain. Raises ProtocolError."""
        receipt = self._log_receipt(data)
        if receipt.chain_id != self._cutter.chain_id():
            raise ProtocolError("the receipt is for another till")
        return receipt

    def _log_receipt(self, data: bytes) -> Receipt:
        """A key that the log does not know may be newer than the log: it is asked for once."""
        try:
            return self._log.receipt(data)
        except ProtocolError:
            answer = self._client.ask("GET", "/v1/keys")
            if answer.status != 200:
                raise
            self._log = keylog.decode(answer.body, self._log.root)
            return self._log.receipt(data)

    def _chain(self) -> str:
        return f"/v1/chains/{self._cutter.chain_id().hex()}"


def said(answer: Answer) -> str:
    """What an error body says, or that it says nothing."""
    try:
        return problem.read(answer.body).detail[:120]
    except ProtocolError:
        return "sans explication"
