"""What anyone may ask: the page that verifies, and the head of a chain whose id is known."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path

import pytest

from collector import stranger
from collector.command import main
from collector.stranger import PAGE, page
from tests.collector.world import World
from tests.sync.line import SIRET


def test_the_page_under_its_own_policy(shop: World) -> None:
    """Byte by byte the released one; no script but its own, no frame, no guess at its type; it speaks to us alone."""
    answer = shop.replicas[0].http.get("/verify")
    policy = answer.headers["content-security-policy"]
    own = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', PAGE.read_text("utf-8"))

    assert answer.content == PAGE.read_bytes()
    assert own
    assert policy == f"{own[1]}; frame-ancestors 'none'"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self';" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].startswith("text/html")


def test_the_head_at_any_record(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a batch, at its end, at the newest; null while it has not come; one look in ten seconds."""
    till = shop.till()
    for _ in range(3):
        till.line.sell(2)
        assert till.push(shop.replicas[0]).status_code == 201
    path = f"/v1/public{till.chain.removeprefix('/v1')}/witness"
    first = shop.replicas[0].http.get(f"{path}?at=2").json()
    assert (first["at"], first["head_at"]) == (2, till.line.heads[2].hex())
    assert shop.replicas[0].http.get(f"{path}?at=2").json() == first
    assert shop.replicas[0].http.get(f"{path}?at=3").status_code == 429
    assert shop.replicas[0].http.get(f"{path}?at=x").status_code == 400
    monkeypatch.setattr(stranger, "AGAIN", -1.0)
    fresh = stranger.Witnesses(shop.parts.store, shop.parts.registry, shop.parts.batches)
    for at in range(1, till.line.seq + 3):
        said = json.loads(shop.run(fresh.witness(till.line.chain_id, at)))
        assert said["head_at"] == (till.line.heads[at].hex() if at <= till.line.seq else None)


def test_a_page_without_a_policy_is_not_shown(shop: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor one that is not there: the start says so."""
    (tmp_path / "page.html").write_text("<!doctype html><title>x</title>")
    with pytest.raises(ValueError, match="no Content-Security-Policy"):
        page(tmp_path / "page.html")
    settings = shop.home / "paged.toml"
    settings.write_text(f'page = "{tmp_path / "nowhere.html"}"\n' + (shop.home / "direct.toml").read_text())
    assert main(["serve", "--config", str(settings)]) == 2
    assert "the page for strangers cannot be shown" in capsys.readouterr().err


def test_the_head_that_is_stored(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a signature; the receipt says the same and proves it; nothing of the shop is in it."""
    till = shop.till()
    path = f"/v1/public{till.chain.removeprefix('/v1')}/witness"
    assert shop.replicas[0].http.get(path).status_code == 404
    till.line.sell(2)
    assert till.push(shop.replicas[1]).status_code == 201
    answer = shop.replicas[0].http.get(path)
    said = answer.json()
    receipt = shop.log.receipt(b64decode(said["receipt"]))

    assert (said["chain"], said["next_seq"], said["head"]) == (
        till.line.chain_id.hex(),
        till.line.seq,
        till.line.heads[-1].hex(),
    )
    assert (receipt.next_seq, receipt.head, receipt.received) == (till.line.seq, till.line.heads[-1], said["received"])
    assert set(said) == {"chain", "next_seq", "head", "received", "receipt"}
    assert all(word not in answer.content + b64decode(said["receipt"]) for word in (SIRET.encode(), b"B01"))
    assert shop.replicas[0].http.get("/v1/public/chains/" + "0" * 32 + "/witness").status_code == 404
    assert shop.replicas[0].http.get("/v1/public/chains/x/witness").status_code == 400

    till.line.sell()
    assert till.push(shop.replicas[1]).status_code == 201
    monkeypatch.setattr(stranger, "AGAIN", -1.0)
    fresh = stranger.Witnesses(shop.parts.store, shop.parts.registry, shop.parts.batches)
    for _ in range(2):
        assert json.loads(shop.run(fresh.witness(till.line.chain_id)))["next_seq"] == till.line.seq
