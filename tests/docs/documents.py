"""The documentation as data: pages, sections, tables, blocks of code."""

import pathlib
import re
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_FENCED = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


@dataclass
class Block:
    """A fenced block: "```toml rules" has the kind ["toml", "rules"]."""
    place: str
    kind: list
    text: str


def pages():
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def blocks(language):
    """Every block of a language, in all pages."""
    for path in pages():
        text = path.read_text()
        for found in _FENCED.finditer(text):
            kind = found[2].split()
            if kind[:1] == [language]:
                line = text.count("\n", 0, found.start()) + 1
                yield Block(f"{path.relative_to(ROOT)}:{line}", kind, re.sub(f"^{found[1]}", "", found[3], flags=re.M))


def prose(path):
    """The page without its fenced blocks."""
    return _FENCED.sub("", path.read_text())


def sections(path):
    """Heading -> what stands below it, up to the next heading of any level."""
    parts = re.split(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def rows(text):
    """The rows of the tables in `text`, as lists of cells, without the rows that head them."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    table = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    heads = {number - 1 for number, row in enumerate(table) if set("".join(row)) <= set("- ")}
    return [[cell.strip() for cell in row] for number, row in enumerate(table)
            if number not in heads and number - 1 not in heads]


def codes(text):
    """What stands in backticks."""
    return [found[2].strip() for found in _CODE.finditer(text)]
