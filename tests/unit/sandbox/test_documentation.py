"""What docs/sandbox.md shows can be done as it stands there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.sandbox.driver import Sandbox

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "sandbox.md").read_text(encoding="utf-8")
RECIPES = re.findall(
    r"`([a-z-]+)` `(\{.*?\})`(?=[ ,|])", TEXT.split("| to see | order |")[1].split("## The control API")[0]
)
ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nEND:VCALENDAR\r\n"


def test_the_example_for_ones_own_tests_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)

    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("verb", "body"), RECIPES, ids=[str(place) for place in range(len(RECIPES))])
def test_a_recipe_is_taken(sandbox: Sandbox, verb: str, body: str) -> None:
    sandbox.account()
    # Fewer events, for a test must not take long.
    order = json.loads(body.replace("BEGIN:VCALENDAR…", json.dumps(ICS)[1:-1]).replace("100000", "1000"))

    sandbox.control(verb, **order)


def test_every_verb_of_the_control_api_is_told() -> None:
    rooms = (DOCS.parent / "ce_calendar" / "sandbox").rglob("control.py")
    verbs = {
        verb
        for room in rooms
        for verb in re.findall(r'"/?(?:_sandbox/)?([a-z-]+)": self\.[a-z]', room.read_text(encoding="utf-8"))
    }

    assert len(verbs) > 10
    assert {verb for verb in verbs if f" {verb}`" not in TEXT} == set()
