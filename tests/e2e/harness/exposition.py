"""Reads Prometheus's text format, as far as these tests need it."""

import re

_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")


class Metrics:
    """The samples of one scrape."""

    def __init__(self, text):
        self.text = text
        self.samples = []
        self.types = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE "))
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, labels, value = _SAMPLE.match(line).groups()
                self.samples.append((name, _labels(labels or ""), float(value)))

    def matching(self, name, **labels):
        """Every sample of `name` that has at least these labels, as (labels, value)."""
        return [(have, value) for sample, have, value in self.samples
                if sample == name and labels.items() <= have.items()]

    def value(self, name, **labels):
        """The sum over all samples that match; 0 where there is none."""
        return sum(value for _, value in self.matching(name, **labels))


def _labels(text):
    return {name: _ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], value) for name, value in _LABEL.findall(text)}
