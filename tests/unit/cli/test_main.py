import argparse

import pytest

from core.cli import main as module
from core.cli.command import Answer, Command
from core.cli.main import COMMANDS, main
from core.errors import BundleError, FrameError, NotFoundError
from core.runtime.errors import RuntimeFault


@pytest.fixture
def ending(monkeypatch):
    """Make a command that ends in a fault, and run it."""

    def run(fault, *argv):
        def fail(_: argparse.Namespace) -> Answer:
            raise fault

        monkeypatch.setattr(module, "COMMANDS", (Command("fail", "Fail.", lambda _: None, fail),))
        return main(["fail", *argv])

    return run


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (FrameError("No such column.", next_step="Choose another."), 2, "No such column. Choose another.\n"),
        (NotFoundError("There is no run."), 2, "There is no run.\n"),
        (RuntimeFault("The model was changed."), 2, "The model was changed.\n"),
        (BundleError("It does not agree."), 1, "It does not agree.\n"),
        (FrameError("A name\x1b[2J like this."), 2, "A name\\x1b[2J like this.\n"),
    ],
)
def test_a_fault_in_words_has_the_status_of_who_made_it(ending, capsys, fault, status, said):
    assert ending(fault) == status
    assert capsys.readouterr() == ("", said)


def test_a_fault_of_ours_has_a_number_and_no_traceback(ending, capsys):
    assert ending(KeyError("/srv/secret/path")) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("This did not work, and the fault is ours (E-")
    assert not any(word in err for word in ("Traceback", "KeyError", "/srv"))


def test_the_same_fault_has_the_same_number(ending, capsys):
    ending(KeyError("one"))
    first = capsys.readouterr().err
    ending(KeyError("two"))
    assert capsys.readouterr().err == first


def test_a_developer_may_see_the_traceback(ending, capsys, monkeypatch):
    monkeypatch.setenv("FAIRWAY_DEBUG", "1")
    assert ending(KeyError("x")) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_ends_quietly(ending, capsys):
    assert ending(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("argv", [[], ["nothing"], ["fit"], ["doctor", "--what"], ["fit", "t.csv", "--targ", "y"]])
def test_wrong_arguments_are_the_callers_mistake(argv, capsys):
    assert main(argv) == 2
    assert "--help names what it takes." in capsys.readouterr().err


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"    {command.name} " in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_json_and_says_what_it_does(command, capsys):
    assert main([command.name, "--help"]) == 0
    out = capsys.readouterr().out
    assert "--json" in out
    assert command.summary in " ".join(out.split())


def test_a_wrong_argument_is_told_in_two_lines(capsys):
    assert main(["fit", "t.csv", "--target", "a", "--budget", "-3"]) == 2
    assert capsys.readouterr().err == (
        "python -m core fit: argument --budget: -3 is not a number from 10 to 86,400\n"
        "python -m core fit --help names what it takes.\n"
    )
