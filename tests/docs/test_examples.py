"""Every TOML block of the documentation is taken by `tocsin check`.

    ```toml          a whole configuration, without any warning
    ```toml part     some tables of one: what they name is added
    ```toml rules    a rule file
    ```toml rule     keys of one rule
"""

import pathlib
import re
import tempfile
import tomllib
import unittest

from binary import run
from documents import blocks

# Serves as any secret, also as one that is an address, and as any other file.
CONTENT = "https://receiver.example.org/services/T00/B00/secret"
PROMETHEUS = '[prometheus]\nurl = "http://localhost:9090"\n'
RULE = '[[rule]]\nname = "HighErrorRate"\nquery = "up"\n'


class Folder:
    """Holds a configuration with the files that it names."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.file("rules/rules.toml", RULE)

    def file(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def local(self, text):
        """The text with absolute paths of files led here, where each exists."""
        for path in re.findall(r'\w+_file = "(/[^"]+)"', text):
            self.file(path.lstrip("/"), CONTENT)
        text = re.sub(r'(\w+_file = ")(/[^"]+)"', rf'\1{self.path}\2"', text)
        return re.sub(r'"/[^"]*/\*\.toml"', '"rules/*.toml"', text)

    def check(self, config):
        self.file("tocsin.toml", self.local(config))
        variables = {name: CONTENT for name in re.findall(r'"\$\{(\w+)\}"', config)}
        return run("check", "--config", str(self.path / "tocsin.toml"), environment=variables)


def notifiers_named(document):
    tables = document.get("route", []) + document.get("rule", []) + [document.get("defaults", {})]
    return [name for table in tables for name in table.get("notify", [])]


def notifiers_for(names):
    return "".join(f'[notifiers.{name}]\ntype = "console"\n' for name in sorted(set(names)))


def completed(text):
    """The part of a configuration with whatever it takes to be one."""
    document = tomllib.loads(text)
    added = "" if "prometheus" in document else PROMETHEUS
    added += "" if "rules" in document else '[rules]\nfiles = ["rules/*.toml"]\n'
    defined = document.get("notifiers", {})
    added += notifiers_for(name for name in notifiers_named(document) if name not in defined)
    if "route" not in document:
        added += f"[[route]]\nnotify = {list(defined)}\n"
    return text + "\n" + added


def around(rules):
    """A configuration for a rule file."""
    names = notifiers_named(tomllib.loads(rules)) + ["console"]
    return (PROMETHEUS + '[rules]\nfiles = ["rules/*.toml"]\n' + notifiers_for(names)
            + '[[route]]\nnotify = ["console"]\n')


class Examples(unittest.TestCase):
    def check(self, block):
        with tempfile.TemporaryDirectory() as directory:
            folder = Folder(directory)
            match block.kind[1:]:
                case []:
                    return folder.check(block.text)
                case ["part"]:
                    return folder.check(completed(block.text))
                case ["rules"]:
                    rules = block.text
                case ["rule"]:
                    rules = RULE + block.text
                case other:
                    raise AssertionError(f"{block.place}: no such kind of TOML: {other}")
            folder.file("rules/rules.toml", rules)
            return folder.check(around(rules))

    def test_tocsin_check_takes_each(self):
        examples = list(blocks("toml"))
        self.assertGreater(len(examples), 10)
        for block in examples:
            with self.subTest(block.place):
                checked = self.check(block)
                self.assertEqual(0, checked.returncode, checked.stderr)
                if block.kind[1:] != ["part"]:
                    self.assertEqual("", checked.stderr)


if __name__ == "__main__":
    unittest.main()
