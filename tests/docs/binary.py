"""What the binary itself says that it knows: keys of the configuration, commands, flags."""

import functools
import os
import pathlib
import re
import subprocess
import tempfile

from documents import ROOT

TOCSIN = os.environ.get("TOCSIN_BIN", str(ROOT / "build" / "release" / "tocsin"))
_NO_KEY = "z" * 60  # so far from every key that all of them are listed
_KNOWN = re.compile(rf"unknown key `{_NO_KEY}`; known here: (.*)$", re.MULTILINE)
# How a reader of agent/config asks for a key: table.string("key"), read_secret(table, "key", ...).
_ASKED = re.compile(r'(?:\b(?:string|strings|boolean|integer|duration|parsed|choice<\w+>|nested|each|each_named|entries'
                    r'|require|has)\(\s*|\b(?:read|has)_\w+\(\w+,\s*)"(\w+)"')


def run(*arguments, environment=None, cwd=None):
    return subprocess.run([TOCSIN, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=cwd,
                          env={"PATH": os.environ["PATH"], "USER": "somebody"} | (environment or {}))


def known_keys(config, rules=""):
    """The keys that the table knows in which `{}` stands, in a configuration or in its rule file."""
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "rules.toml").write_text(rules.replace("{}", f"{_NO_KEY} = 1"))
        (folder / "tocsin.toml").write_text(config.replace("{}", f"{_NO_KEY} = 1"))
        said = run("check", "--config", str(folder / "tocsin.toml")).stderr
    lists = _KNOWN.findall(said)
    if len(lists) != 1:
        raise AssertionError(f"no list of known keys for {config}{rules}: {said}")
    return set(lists[0].split(", "))


def keys_in_sources():
    """Every key that a reader of the configuration names."""
    return {key for path in (ROOT / "agent" / "config").glob("*.cc") for key in _ASKED.findall(path.read_text())}


@functools.cache
def help_of(*command):
    return run(*command, "--help").stdout


def flags_of(*command):
    return set(re.findall(r"(--[a-z][a-z-]*)", help_of(*command).split("Options:")[1].split("\nSubcommands:")[0]))


def subcommands_of(*command):
    _, _, listed = help_of(*command).partition("\nSubcommands:\n")
    return re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)


def commands():
    """Every command that does something, as words: ["incidents", "list"]."""
    return [[first, *rest] for first in subcommands_of()
            for rest in [[name] for name in subcommands_of(first)] or [[]]]
