"""The command line: `sceau` and one of COMMANDS. Errors are one line that says what to do; codes 0, 1, 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from appliance import VERSION


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 the thing checked does not hold, 2 it could not be done."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        try:
            return COMMANDS[words[0]][0](words[1:])
        except KeyboardInterrupt:
            return _interrupted(words[0])
        except BrokenPipeError:  # the reader has seen enough: `sceau dump … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
    parser = argparse.ArgumentParser(
        prog="sceau",
        description="A till for French shops.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sceau {VERSION}")
    parser.add_argument("command", choices=list(COMMANDS), metavar="command")
    parser.parse_args(words[:1] or ["--help"])
    return 2


def _interrupted(command: str) -> int:
    """A till that is stopped by hand has done its work; a check that did not end has proven nothing."""
    if command in ("run", "sim"):
        return 0
    sys.stderr.write(f"interrupted: {command} did not end, run it again\n")
    return 2


def _epilog() -> str:
    return "commands:\n" + "\n".join(f"  {name:10}{text}" for name, (_, text) in COMMANDS.items())


def _run(argv: Sequence[str]) -> int:
    from appliance.daemon.run import main as run

    return run(argv)


def _sim(argv: Sequence[str]) -> int:
    from appliance.simulator.command import main as sim

    return sim(argv)


def _flow(argv: Sequence[str]) -> int:
    from appliance.daemon.flow import main as flow

    return flow(argv)


def _verify(argv: Sequence[str]) -> int:
    from appliance.audit.command import verify_main

    return verify_main(argv)


def _dump(argv: Sequence[str]) -> int:
    from appliance.audit.command import dump_main

    return dump_main(argv)


def _wear(argv: Sequence[str]) -> int:
    from appliance.audit.wear import wear_main

    return wear_main(argv)


def _report(argv: Sequence[str]) -> int:
    from appliance.audit.report import report_main

    return report_main(argv)


def _control(argv: Sequence[str]) -> int:
    from appliance.audit.control_command import control_main
    from appliance.daemon.tills import held

    return control_main(argv, held)


def _export(argv: Sequence[str]) -> int:
    from appliance.audit.export_command import export_main
    from appliance.daemon.tills import held

    return export_main(argv, held)


def _archive(argv: Sequence[str]) -> int:
    from appliance.audit.archive_command import archive_main
    from appliance.daemon.tills import held

    return archive_main(argv, held)


def _purge(argv: Sequence[str]) -> int:
    from appliance.audit.archive_command import purge_main
    from appliance.daemon.tills import held

    return purge_main(argv, held)


def _slots(argv: Sequence[str]) -> int:
    from appliance.slots.command import slots_main

    return slots_main(argv)


def _sync(argv: Sequence[str]) -> int:
    from appliance.sync.command import sync_main

    return sync_main(argv)


def _note(argv: Sequence[str]) -> int:
    from appliance.audit.note_command import note_main
    from appliance.daemon.tills import held

    return note_main(argv, held)


def _attest(argv: Sequence[str]) -> int:
    from appliance.audit.attest_command import attest_main

    return attest_main(argv)


def _perimeter(argv: Sequence[str]) -> int:
    from appliance.audit.perimeter_command import perimeter_main

    return perimeter_main(argv)


def _releases(argv: Sequence[str]) -> int:
    from appliance.provision.releases_command import releases_main

    return releases_main(argv)


def _apply(argv: Sequence[str]) -> int:
    from appliance.daemon.apply import apply_main

    return apply_main(argv)


def _retire(argv: Sequence[str]) -> int:
    from appliance.daemon.retire import retire_main

    return retire_main(argv)


def _wifi(argv: Sequence[str]) -> int:
    from appliance.daemon.wifi import wifi_main

    return wifi_main(argv)


AT_TILL = {"apply": _apply, "decommission": _retire, "wifi": _wifi}


def _provision(argv: Sequence[str]) -> int:
    """A till runs some of it at each start: those load nothing of the rest."""
    if argv and argv[0] in AT_TILL:
        return AT_TILL[argv[0]](argv[1:])
    from appliance.provision.command import provision_main

    return provision_main(argv)


COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "run": (_run, "the till (what systemd starts): --config FILE"),
    "sim": (_sim, "the till on virtual hardware, with a web page"),
    "flow": (_flow, "plays days of .flow files"),
    "verify": (_verify, "proves that a journal was not changed"),
    "dump": (_dump, "every record as one JSON line"),
    "report": (_report, "adds the journal up again: replay DATA, totals DATA"),
    "control": (_control, "the control document of a period: DATA --from --to"),
    "export": (_export, "sales, the accountant's file, e-reporting: DATA --format F --out FILE"),
    "archive": (_archive, "archives of closed days: create, check, copy, list"),
    "purge": (_purge, "gives up segments that stand in archives on other media"),
    "slots": (_slots, "the two slots of the system and its updates; units of the image run it"),
    "sync": (_sync, "to the collector on a stick: export DATA DIR, push DIR, status DATA"),
    "provision": (_provision, "makes blank machines into tills and ends them: make, batch, check, decommission"),
    "releases": (_releases, "the publisher's register: root, add, withdraw, rotate, show, check"),
    "note": (_note, "a comment on an earlier act: DATA RECORD TEXT"),
    "attest": (_attest, "the publisher's attestation: key, make, complete, show, check"),
    "perimeter": (_perimeter, "the fiscal version, and whether its files are unchanged"),
    "wear": (_wear, "what the journal has cost its medium, and the years left"),
}


if __name__ == "__main__":
    sys.exit(main())
