"""`python -m tests.demo`: an owner with root attacks copies of one till; who says what, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.demo.judges import Judges, judges
from tests.demo.scenes import Scene, scenes

WIDTH = 118


def main() -> None:
    for line in page():
        print(line, flush=True)


def page() -> Iterator[str]:
    yield "An owner with root and the data folder, without the till's key unless said. Rules: docs/compliance.md."
    with TemporaryDirectory(prefix="sceau-demo-") as folder, judges() as found:
        for scene in scenes(Path(folder)):
            yield ""
            yield from told(scene, found)


def told(scene: Scene, found: Judges) -> Iterator[str]:
    yield f"{scene.title} {'.' * (WIDTH - len(scene.title) - len(scene.rules) - 2)} {scene.rules}"
    for line in scene.till:
        yield f"  {line}"
    if scene.path.exists():
        for each in found.of(scene.path):
            yield cut(f"  {each.judge:16} {each.said}")


def cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


if __name__ == "__main__":
    main()
