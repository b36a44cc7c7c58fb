"""What the command line itself says."""

from __future__ import annotations

import pytest

from appliance import command


@pytest.mark.parametrize(
    ("name", "code"), [("run", 0), ("sim", 0), ("verify", 2), ("dump", 2), ("flow", 2), ("wear", 2)]
)
def test_a_check_that_was_interrupted_has_proven_nothing(
    name: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends a till in order; a check says that it did not end, and exits 2."""

    def interrupted(words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(command.COMMANDS, name, (interrupted, ""))

    assert command.main([name, "x"]) == code
    assert ("did not end" in capsys.readouterr().err) == bool(code)
