"""The till's side of an enrolment: one request, and an answer that is held against what the code promised."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.sync import enrolment, token
from appliance.sync.client import Asking, Unreachable, Untrusted
from appliance.sync.enrolment import ENROLMENT_TYPE, Enrolment, Registration
from appliance.sync.exchange import said
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError
from appliance.sync.token import Token


@dataclass(frozen=True, slots=True)
class Registered:
    url: str
    statement: bytes
    registration: Registration


def enrol(client: Asking, wanted: Enrolment, code: Token) -> Registered | str:
    """The registration, proven, or a sentence for the shop. Blocking. Sending the same again is safe."""
    try:
        answer = client.ask("POST", "/v1/enrolments", wanted.encode(), {"Content-Type": ENROLMENT_TYPE})
    except Untrusted as error:
        return str(error)
    except Unreachable:
        return "Le serveur ne répond pas. Vérifier le câble du réseau, puis scanner le code à nouveau."
    if answer.status not in (200, 201):
        return f"Le serveur refuse ce code ({answer.status}, {said(answer)}). En demander un nouveau."
    try:
        return Registered(client.url, answer.body, checked(answer.body, wanted, code)[0])
    except ProtocolError as error:
        return f"La réponse du serveur n'est pas valable ({error}). Appeler le technicien."


def checked(data: bytes, wanted: Enrolment, code: Token) -> tuple[Registration, KeyLog]:
    """The root is the one whose mark the code bears, and the registration names this till. Raises ProtocolError."""
    root = enrolment.root_of(data)
    if token.mark(root) != code.mark:
        raise ProtocolError("it is of another collector than the one that gave the code")
    found, log = enrolment.read_registration(data, root)
    if (found.chain_id, found.network_key) != (wanted.chain_id, wanted.network_key):
        raise ProtocolError("it is for another till")
    return found, log
