"""Requests that no page of ours makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.collector.office import live
from tests.collector.office.book import Store
from tests.collector.office.live import NAME, PASSWORD, Office

FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')


def form(answer: httpx.Response) -> str:
    found = FORM.search(answer.text)
    assert found
    return found[1]


def enter(client: httpx.Client, office: Office, **changes: str) -> httpx.Response:
    said = {"form": form(client.get("/login")), "name": NAME, "password": PASSWORD, **changes}
    return client.post("/login", data=said, headers={"Origin": office.url})


@pytest.fixture
def owner(office: Office) -> Iterator[httpx.Client]:
    """Logged in."""
    with office.client() as client:
        assert enter(client, office).status_code == 303
        yield client


def test_forms_of_nobody(office: Office, owner: httpx.Client) -> None:
    """Without a token, with another session's, from elsewhere, from nowhere, under another name: 403 each."""
    own = form(owner.get("/tills"))
    with office.client() as other:
        enter(other, office)
        strange = form(other.get("/tills"))
    asked = [
        ({}, {"Origin": office.url}),
        ({"form": strange}, {"Origin": office.url}),
        ({"form": own}, {"Origin": "https://evil.example"}),
        ({"form": own}, {"Origin": "null"}),
        ({"form": own}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}),
        ({"form": own}, {"Origin": "null", "Referer": f"{office.url}/tills"}),
        ({"form": own}, {"Referer": "https://evil.example/"}),
        ({"form": own}, {"Referer": f"{office.url}.evil.example/"}),
        ({"form": own}, {}),
        ({"form": own}, {"Origin": office.url, "Host": "evil.example"}),
    ]
    codes = [owner.post("/logout", data={**data, "x": "1"}, headers=headers).status_code for data, headers in asked]

    assert codes == [403] * len(asked)
    assert owner.get("/tills").status_code == 200
    assert owner.get("/tills", headers={"Host": "evil.example"}).status_code == 403
    assert owner.post("/logout", data={"form": own}, headers={"Origin": office.url}).status_code == 303
    assert owner.get("/tills").status_code == 303


def test_login_forms_of_nobody(office: Office) -> None:
    """A page elsewhere cannot log somebody in either."""
    with office.client() as client:
        assert enter(client, office, form="00" * 32).status_code == 403
        said = {"form": form(client.get("/login")), "name": NAME, "password": PASSWORD}
        client.cookies.clear()
        assert client.post("/login", data=said, headers={"Origin": office.url}).status_code == 403


def test_a_browser_of_before_fetch_metadata(office: Office) -> None:
    """One that says Origin and no Sec-Fetch-Site, one that says Referer alone: both come in and out."""
    for said in ({"Origin": office.url}, {"Referer": f"{office.url}/login"}):
        with office.client() as client:
            fields = {"form": form(client.get("/login")), "name": NAME, "password": PASSWORD}
            answer = client.post("/login", data=fields, headers=said)
            assert answer.headers["location"] == "/tills"
            cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("sceau-device="))
            assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
            out = client.post("/logout", data={"form": form(client.get("/tills"))}, headers=said)
            assert out.headers["location"] == "/login"
            again = enter(client, office)
            assert not any(each.startswith("sceau-device=") for each in again.headers.get_list("set-cookie"))


def test_bodies_that_are_no_forms(office: Office, owner: httpx.Client) -> None:
    ours = {"Origin": office.url}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    assert owner.post("/logout", json={"form": "x"}, headers=ours).status_code == 400
    assert owner.post("/logout", content=b"x=" + b"y" * 9000, headers=ours | kind).status_code == 400
    assert owner.post("/logout", content=b"\xff\xfe", headers=ours | kind).status_code == 400
    assert owner.post("/language", data={"form": form(owner.get("/tills")), "language": "../fr"}, headers=ours).is_error


def test_what_is_anothers_is_not_there(office: Office, owner: httpx.Client) -> None:
    """Another owner's till answers like one that does not exist, and is in no proof."""
    strange = live.named(office.store, "C01")
    there, nowhere = owner.get(f"/tills/{strange}"), owner.get(f"/tills/{'0' * 32}")

    assert (there.status_code, there.text) == (404, nowhere.text)
    assert strange not in owner.get("/proof.json?first=2026-01-01&last=2026-12-31").text


def test_paths(owner: httpx.Client, office: Office) -> None:
    """Nothing but what the routes name."""
    fork = f"/tills/{live.named(office.store, 'B02')}/forks"
    paths = (
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/style.css/..%2f..%2fpage.py", "/templates/base.html",
        "/tills/..%2f..%2fkeys", "/tills/%00", f"{fork}/..%2f..%2f..", f"{fork}/{'0' * 64}", "/tills/ABCDEF",
        "/office.db", f"/tills/{live.named(office.store, 'B02')}?month=../..",
    )  # fmt: skip
    codes = {path: owner.get(path).status_code for path in paths}

    assert codes == dict.fromkeys(paths, 404)
    for query in (
        "first=2026-01-06&last=2026-01-04",
        "first=x&last=y",
        "first=20260101&last=20260102",
        "last=2026-01-01",
    ):
        assert owner.get(f"/proof.json?{query}").status_code == 400
        assert owner.get(f"/proof?{query}").status_code == 400


def test_without_a_login(office: Office) -> None:
    """Every page that shows something sends to the login; a token that somebody made up is none."""
    with office.client(Cookie="sceau=made-up") as client:
        for path in ("/tills", f"/tills/{live.named(office.store, 'B01')}", "/proof", "/proof.json", "/proof.pdf"):
            assert client.get(path).headers["location"] == "/login?over"
        assert client.put("/tills").status_code == 404


def test_headers_and_cookie(office: Office, owner: httpx.Client) -> None:
    """On every answer, refusals and downloads included."""
    with office.client() as client:
        cookie = client.get("/login").headers["set-cookie"]
    paths = ("/login", "/tills", "/nothing", "/proof.json?first=2026-01-01&last=2026-01-02", "/style.css")
    for headers in (owner.get(path).headers for path in paths):
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert "server" not in headers
    assert owner.get("/tills").headers["cache-control"] == "no-store"
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_behind_tls(tmp_path: Path, office: Office) -> None:
    """Under an https address the cookie is Secure and bound to the host, and browsers are told to stay."""
    with (
        live.running(tmp_path, Store(), "--url", "https://office.example") as it,
        it.client(Host="office.example") as client,
    ):
        answer = client.get("/login")
        assert answer.headers["set-cookie"].startswith("__Host-sceau=")
        assert "Secure" in answer.headers["set-cookie"].split("; ")
        assert answer.headers["strict-transport-security"]


def test_a_broken_store_is_said(tmp_path: Path) -> None:
    """503 and a sentence; when it is back, so is the page."""
    with live.running(tmp_path, live.street()) as it, it.client() as client:
        assert enter(client, it).status_code == 303
        log = it.home / "store" / "keys" / f"{0:012d}"
        kept = log.read_bytes()
        log.write_bytes(kept[:-1] + b"\0")
        assert client.get("/tills").status_code == 503
        log.write_bytes(kept)
        assert client.get("/tills").status_code == 200


def test_the_office_writes_nothing_to_the_store(tmp_path: Path) -> None:
    """Every file is what it was, and there is no other."""
    with live.running(tmp_path, live.street()) as it, it.client() as client:
        before = {path: path.read_bytes() for path in (it.home / "store").rglob("*") if path.is_file()}
        enter(client, it)
        for path in (
            "/tills",
            "/proof?first=2026-01-01&last=2026-01-31",
            "/proof.pdf?first=2026-01-01&last=2026-01-31",
        ):
            assert client.get(path).status_code == 200
        assert {path: path.read_bytes() for path in (it.home / "store").rglob("*") if path.is_file()} == before


def test_nothing_of_a_person_is_logged(office: Office, owner: httpx.Client) -> None:
    """Neither names nor passwords nor tokens nor addresses."""
    said = str(office.said)
    tokens = [cookie.value or "-" for cookie in owner.cookies.jar]

    assert office.said
    assert [each for each in (NAME, PASSWORD, *tokens, "127.0.0.1") if each in said] == []
