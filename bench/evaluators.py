"""tocsin and its peers, each asked to evaluate the same alerting rules against one Prometheus."""

import json
import os
import pathlib
import shutil
from dataclasses import dataclass

from measure import Program, free_port

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOCSIN = os.environ.get("TOCSIN_BIN", ROOT / "build" / "release" / "tocsin")
BENCH = ROOT / "build" / "bench" / "bench"
BARE_LOOP = os.environ.get("BARE_LOOP_BIN", BENCH / "bare_loop")


@dataclass(frozen=True)
class Rules:
    """`count` alerting rules. `{rule}` in `query` is the rule's number, so that no two ask the same."""
    count: int
    interval: int = 10  # seconds
    query: str = 'bench_load{{rule="{rule}"}}'
    threshold: str = "> 0.5"
    hold: str = "1h"  # the `for`: what breaches stays pending

    def queries(self):
        return [self.query.format(rule=number) for number in range(self.count)]


def tocsin(directory, prometheus, rules, batch=1, config="", base=None):
    """`config` is more of tocsin.toml; `base` runs it on one core, say."""
    fresh(directory)
    port = free_port()
    write(directory, "rules.toml", "".join(
        f"[[rule]]\nname = \"Rule{number}\"\nquery = '{query}'\nthreshold = \"{rules.threshold}\"\n"
        f'for = "{rules.hold}"\n[rule.annotations]\nsummary = "{{{{ $labels.pod }}}} is at {{{{ $value }}}}"\n'
        for number, query in enumerate(rules.queries())))
    write(directory, "tocsin.toml", f"""
[prometheus]
url = "{prometheus}"
batch = {batch}
[rules]
files = ["rules.toml"]
interval = "{rules.interval}s"
[store]
url = "sqlite://{directory}/tocsin.db"
[web]
listen = "127.0.0.1:{port}"
{config}""")
    program = Program([*(base or []), TOCSIN, "run", "--config", "tocsin.toml"], directory)
    program.url = f"http://127.0.0.1:{port}"
    return program


def vmalert(directory, prometheus, rules):
    """A hundred rules to a group, each group on its own as vmalert does it; alerts would go to `prometheus`, too."""
    fresh(directory)
    write(directory, "rules.json", json.dumps({"groups": groups(rules)}))
    port = free_port()
    program = Program(
        ["vmalert", "-rule=rules.json", f"-datasource.url={prometheus}", f"-notifier.url={prometheus}",
         f"-httpListenAddr=127.0.0.1:{port}", "-loggerLevel=ERROR"], directory)
    program.url = f"http://127.0.0.1:{port}"
    return program


def bare_loop(directory, prometheus, rules, *options):
    fresh(directory)
    return Program([BARE_LOOP, prometheus + "/api/v1/query", rules.count, rules.interval * 1000, *options], directory)


def prometheus(directory, target, rules=None, scrape_interval=5):
    """A Prometheus that scrapes `target`; with `rules` it evaluates them itself."""
    fresh(directory)
    port = free_port()
    config = {"global": {"scrape_interval": f"{scrape_interval}s"},
              "scrape_configs": [{"job_name": "bench", "static_configs": [{"targets": [target.split("//")[1]]}]}]}
    if rules:
        config["rule_files"] = ["rules.json"]
        write(directory, "rules.json", json.dumps({"groups": groups(rules)}))
    write(directory, "prometheus.json", json.dumps(config))
    program = Program(["prometheus", "--config.file=prometheus.json", "--storage.tsdb.path=data", "--log.level=warn",
                       f"--web.listen-address=127.0.0.1:{port}"], directory)
    program.url = f"http://127.0.0.1:{port}"
    return program


def groups(rules):
    """The rule groups of Prometheus's own file format, which JSON is a part of."""
    alerts = [{"alert": f"Rule{number}", "expr": f"{query} {rules.threshold}".strip(), "for": rules.hold,
               "annotations": {"summary": "{{ $labels.pod }} is at {{ $value }}"}}
              for number, query in enumerate(rules.queries())]
    return [{"name": f"group{first}", "interval": f"{rules.interval}s", "rules": alerts[first:first + 100]}
            for first in range(0, len(alerts), 100)]


def fresh(directory):
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)


def write(directory, name, text):
    pathlib.Path(directory, name).write_text(text)
