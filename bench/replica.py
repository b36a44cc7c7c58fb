"""A collector on a folder, with one key under a root of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from appliance.sync import keylog
from appliance.sync.keylog import KeyLog
from collector import build, config, keys
from collector.build import Parts
from tests.collector.world import RELEASE, ROOT, URL


def collector(home: Path) -> Parts:
    """One on a folder, with its key published."""
    own = keys.make(home / "collector.key")
    path = home / "collector.toml"
    path.write_text(
        f'url = "{URL}"\nroot = "{ROOT.public.hex()}"\nrelease_key = "{RELEASE.public.hex()}"\n'
        'key = "collector.key"\n[listen]\nport = 0\n[store]\nfolder = "store"\n'
    )
    parts = build.parts(config.load(path))
    first = KeyLog(ROOT.public, (), ()).next(own.public, 0, None)
    asyncio.run(keys.publish(parts.store, ROOT.public, keylog.seal(first, ROOT.sign)))
    return parts
