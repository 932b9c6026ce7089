"""The Dockerfile as its instructions, as far as ours uses them."""

import re
from dataclasses import dataclass

from tests.checkout import ROOT
from tests.unit.deploy.paths import DEPLOY

FILE = DEPLOY / "Dockerfile"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its word, and what follows it on one line."""

    word: str
    rest: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, its FROM first; what stands before the first FROM is left out."""
    text = re.sub(r"^#.*\n", "", FILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines() if line.strip()]
    found: list[list[Instruction]] = []
    for word, _, rest in (line.partition(" ") for line in lines):
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append(Instruction(word, rest))
    return found


def of(word: str, stage: list[Instruction]) -> list[str]:
    """What follows each instruction of one kind."""
    return [instruction.rest for instruction in stage if instruction.word == word]


def let_through() -> set[str]:
    """The names at the top of the checkout that .dockerignore lets the builder see."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "nothing but what is named after it"
    return {rule[1:] for rule in rules if rule.startswith("!")}
