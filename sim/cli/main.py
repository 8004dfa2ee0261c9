"""The command line: a table of commands, each imported when used, and the exit codes of errors."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from sim.cli import stopping
from sim.experiment.lacking import lacking
from sim.scenario.errors import InputError, Problem, printable, shown

CACHE = "DETENTION_SIM_CACHE"
"""Variable that names the folder of compiled rules and stored priors."""

COMPLETE = "_DETENTION_SIM_COMPLETE"
"""Variable by which a shell asks for what may stand next on the line."""


class Command(NamedTuple):
    """A command: its module, which defines `command`, its line in `--help`, and what one may type first."""

    module: str
    help: str
    example: str


COMMANDS = {
    "check": Command(
        "sim.cli.check",
        "Say what is wrong with scenario, theatre, sweep or claims files.",
        "check my-scenario.yaml claims.csv",
    ),
    "new": Command(
        "sim.cli.new", "Write a commented theatre, scenario or sweep to begin with.", "new scenario my-scenario"
    ),
    "params": Command(
        "sim.cli.params", "List every parameter: default, unit, bounds, source, status.", "params guards"
    ),
    "schema": Command("sim.cli.schema", "Print the JSON Schema of a kind of file.", "schema theatre"),
    "run": Command("sim.cli.run", "Run one scenario, many replicates.", "run ne-syria-2019 --replicates 200"),
    "sweep": Command(
        "sim.cli.sweep", "Run a design over scenarios.", "sweep guards-tipping --replicates 50 --out results/tipping"
    ),
    "plot": Command("sim.cli.plot", "Draw figures and report.html from results.", "plot results/tipping"),
    "compare": Command(
        "sim.cli.compare",
        "Paired differences between two results or scenarios.",
        "compare ne-syria-2019 ne-syria-2019-formal-handover",
    ),
    "sensitivity": Command(
        "sim.cli.sensitivity", "Sensitivity indices, with intervals.", "sensitivity results/sampled"
    ),
    "discover": Command(
        "sim.cli.discover",
        "Find the conditions under which something happens, in words.",
        'discover results/sampled --when "escaped > 1000"',
    ),
    "levers": Command(
        "sim.cli.levers",
        "Rank the levers of a sweep: regret, price, and what is worth knowing.",
        "levers results/which-lever-2019",
    ),
    "estimate": Command(
        "sim.cli.estimate",
        "Posterior of the true number, from rival claims.",
        "estimate ne-syria-2019 --claims claims.csv",
    ),
    "validate": Command("sim.cli.validate", "Skill against documented events.", "validate"),
    "replay": Command(
        "sim.cli.replay",
        "Replay one replicate of a results folder.",
        "replay results/tipping --point 2 --replicate 7 --from-day 10",
    ),
    "view": Command("sim.cli.view", "Open the browser view.", "view ne-syria-2019"),
    "resume": Command("sim.cli.resume", "Finish an interrupted run or sweep.", "resume results/tipping"),
    "list": Command("sim.cli.list", "List shipped scenarios and results folders.", "list"),
    "show": Command("sim.cli.show", "Summarise results; tables as CSV.", "show results/tipping --csv tables"),
}
"""Every command in the order of `--help`; those without a module are left out."""


class _Lazy(TyperCommand):
    """A command whose module is imported when it is used."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        entry = COMMANDS[str(self.name)]
        app.command(self.name, help=entry.help, epilog=f"Example: detention-sim {entry.example}")(
            import_module(entry.module).command
        )
        return get_command(app).make_context(info_name, args, parent=parent, **extra)


class _Commands(TyperGroup):
    """The commands as a group."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, entry in COMMANDS.items() if find_spec(entry.module) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        return _Lazy(cmd_name, callback=None, help=COMMANDS[cmd_name].help, rich_markup_mode=None)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from sim.experiment.environment import program_version

        typer.echo(f"detention-sim {program_version()}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Detention sites when their sponsor leaves: how many could get out, and how much of it anyone would know.

    Exit codes: 0 done; 1 a fault of the program; 2 bad input; 3 stopped before the end, resumable.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `arguments` defaults to those of the process."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    group = get_command(app)
    if COMPLETE in os.environ:
        group.main([], "detention-sim")  # ends the process
    try:
        _check_given(given)
        _check_cache()
        # Not group.main(), which has other exit codes for Ctrl-C and closed pipes.
        with group.make_context("detention-sim", given) as context:
            group.invoke(context)
        sys.stdout.flush()
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except BrokenPipeError:
        # The reader closed the pipe; without this Python would complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failed(error)
    return 0


def _check_given(given: Sequence[str]) -> None:
    """Raise InputError for an empty value: as a path it would mean the current folder, which nobody named."""
    for before, word in zip(("", *given), given, strict=False):
        option, equals, value = word.partition("=")
        if not word:
            raise InputError(
                [Problem(before if before.startswith("--") else "arguments", 0, "", "is empty", "a value")]
            )
        if option.startswith("--") and equals and not value:
            raise InputError([Problem(option, 0, "", "is empty", "a value")])


def _check_cache() -> None:
    """Make the folder that DETENTION_SIM_CACHE names, if it is set. Raises InputError if it cannot be written to."""
    cache = os.environ.get(CACHE)
    if not cache:
        return
    try:
        Path(cache).mkdir(parents=True, exist_ok=True, mode=0o700)
        why = "" if os.access(cache, os.W_OK | os.X_OK) else "it may not be written to"
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
    if why:
        problem = f"{shown(cache, 200)} cannot be used: {why}"
        raise InputError([Problem(CACHE, 0, "", problem, "a folder that can be made and written to")])


def _stopped() -> int:
    print("detention-sim: stopped", file=sys.stderr)
    return 3


def _usage(error: Any) -> str:
    """Return a usage error in one line; the whole help if no command was given."""
    message = str(error.format_message())
    if type(error).__name__ == "NoArgsIsHelpError":
        return message
    hint = f" (see {error.ctx.command_path} --help)" if getattr(error, "ctx", None) is not None else ""
    return f"detention-sim: {printable(message.replace('Value error, ', ''))}{hint}"


def _failed(error: Exception) -> int:
    """Print the error on stderr, one line a problem, and return the exit code."""
    if stopping.asked.is_set():
        return _stopped()
    if isinstance(error, InputError):
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # wrong usage, by Typer's own classes
        print(_usage(error), file=sys.stderr)
        return 2
    if os.environ.get("DETENTION_SIM_DEBUG") == "1":
        traceback.print_exception(error)
        return 1
    if (reason := lacking(error)) is not None:
        print(f"detention-sim: stopped ({reason})", file=sys.stderr)
        return 3
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    print(f"detention-sim: {printable(what)} (set DETENTION_SIM_DEBUG=1 for the traceback)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
