"""What is in the image and under which licence: a CycloneDX bill of materials, and a folder of licences."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from appliance import VERSION
from image.shell import ROOT

LOCK = ROOT / "setup" / "requirements.lock"
_PIN = re.compile(r"^([a-z0-9._-]+)==(\S+) \\\n((?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", re.MULTILINE)


def write_bill(root: Path, libraries: list[Distribution], target: Path) -> int:
    """CycloneDX 1.5 in JSON; the number of components."""
    components = [*_debian(root), *_python(libraries)]
    said = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "firmware", "name": "sceau-image", "version": VERSION}},
        "components": components,
    }
    target.write_text(json.dumps(said, indent=1) + "\n", "utf-8")
    return len(components)


def versions(root: Path) -> list[str]:
    """`name=version` of every Debian package, sorted."""
    return sorted(f"{each['Package']}={each['Version']}" for each in _status(root))


def write_licences(root: Path, libraries: list[Distribution], target: Path) -> int:
    """One file for each package, as it came with it; how many there are."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "debian").mkdir(parents=True)
    (target / "python").mkdir()
    for file in sorted((root / "usr/share/doc").glob("*/copyright")):
        shutil.copyfile(file, target / "debian" / file.parent.name)
    for library in libraries:
        texts = [path for path in library.files or [] if re.match(r"(?i)(licen[cs]e|copying|notice)", path.name)]
        said = [f"{library.name} {library.version}: {_licence(library)}\n"]
        said += [Path(str(path.locate())).read_text("utf-8", "replace") for path in texts]
        (target / "python" / library.name.lower()).write_text("\n".join(said), "utf-8")
    shutil.copyfile(ROOT / "LICENSE", target / "sceau")
    return sum(1 for path in target.rglob("*") if path.is_file())


def _licence(library: Distribution) -> str:
    said = next((library.metadata[key] for key in ("License-Expression", "License") if key in library.metadata), "")
    classes = [each for each in library.metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    return said.splitlines()[0] if said else "; ".join(classes) or "see the text"


def _debian(root: Path) -> Iterator[dict[str, Any]]:
    for each in _status(root):
        name, version, architecture = each["Package"], each["Version"], each["Architecture"]
        yield {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro=bookworm",
        }


def _status(root: Path) -> Iterator[dict[str, str]]:
    text = (root / "var/lib/dpkg/status").read_text("utf-8")
    for paragraph in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if fields.get("Status") == "install ok installed":
            yield fields


def _python(libraries: list[Distribution]) -> Iterator[dict[str, Any]]:
    """With the hashes under which pip would take them from a registry."""
    hashes = {name: re.findall(r"sha256:([0-9a-f]{64})", rest) for name, _, rest in _PIN.findall(LOCK.read_text())}
    for library in libraries:
        name = re.sub(r"[-_.]+", "-", library.name).lower()
        yield {
            "type": "library",
            "name": name,
            "version": library.version,
            "purl": f"pkg:pypi/{name}@{library.version}",
            "properties": [{"name": "sceau:locked-sha256", "value": each} for each in hashes.get(name, [])],
        }
