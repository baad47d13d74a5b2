"""Writes a nested dict as TOML."""

import json


def to_toml(document):
    """Top-level values first, then tables; a list of dicts becomes an array of tables."""
    plain, tables = [], []
    for key, value in document.items():
        if isinstance(value, dict) and key == "notifiers":
            tables += [_table(f"[notifiers.{name}]", settings) for name, settings in value.items()]
        elif isinstance(value, dict) and not key == "labels":
            tables.append(_table(f"[{key}]", value))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            tables += [_table(f"[[{key}]]", entry) for entry in value]
        else:
            plain.append(f"{key} = {_inline(value)}\n")
    return "".join(plain) + "".join(tables)


def _table(header, content):
    return header + "\n" + "".join(f"{_key(key)} = {_inline(value)}\n" for key, value in content.items())


def _inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return json.dumps(value)  # JSON's strings, numbers and booleans are TOML's


def _key(key):
    return key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)
