"""The rule packs: sound, complete, and each rule opens and resolves on a real Prometheus."""

import os
import pathlib
import re
import tomllib
import unittest

from harness import EndToEnd, run_tocsin, wait_for
from harness.feed import Age, Feed, Rate

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKS = sorted((ROOT / "rules" / "packs").glob("*.toml"))
RUNBOOKS = "https://tocsin.example.org/runbooks/"

# The rules of a web service and of a reservation system whose limits are a promise: severity, threshold, `for`.
PROMISED = {
    "ServiceDown": ("SEV1", "== 0", "60s"),
    "HighErrorRate": ("SEV1", "> 0.05", "120s"),
    "DatabaseConnectionFailures": ("SEV2", None, "60s"),
    "HighLatencyP95": ("SEV2", "> 3", "300s"),
    "HighMemory": ("SEV2", "> 2e9", "300s"),
    "RedisConnectionIssues": ("SEV3", None, "120s"),
    "CircuitBreakerOpen": ("SEV3", None, "180s"),
    "HighCPU": ("SEV3", "> 0.8", "300s"),
    "SlowResponseP50": ("SEV4", "> 1", "600s"),
    "LowCacheHitRate": ("SEV4", "< 0.7", "600s"),
    "ICalSyncStale": ("SEV3", "> 2400", None),
    "BookingHighLatencyP95": ("SEV2", "> 6", None),
    "BookingHighErrorRate": ("SEV1", None, None),
    "WebhookSignatureInvalid": ("SEV2", None, None),
    "ReservationLockFailed": ("SEV2", None, None),
    "LockLeak": ("SEV3", None, None),
    "PaymentsFailing": ("SEV2", None, None),
    "HealthDegraded": ("SEV3", None, None),
    "HealthUnhealthy": ("SEV1", None, None),
}


def latency(metric):
    """Ten requests a second, all of 3 to 10 s (breaching) or all under 0.5 s (healthy)."""
    slow = {"0.5": 0, "3": 0, "10": 10, "+Inf": 10}
    buckets = [(f"{metric}_bucket", {"le": le}, Rate(rate), Rate(10)) for le, rate in slow.items()]
    return buckets + [(f"{metric}_count", {}, Rate(10), Rate(10))]


CONTAINER = {"namespace": "shop", "pod": "web-1", "container": "web"}
GROWING, RESTING = Rate(100), Rate(0)

# (metric, labels, what breaches, what is healthy); None is no series at all.
SERIES = [
    # service
    ("http_requests_total", {"code": "200"}, Rate(50), Rate(50)),
    ("http_requests_total", {"code": "503"}, Rate(50), RESTING),
    ("db_connection_errors_total", {}, GROWING, RESTING),
    *latency("http_request_duration_seconds"),
    ("process_resident_memory_bytes", {}, 3e9, 1e9),
    ("redis_connection_errors_total", {}, GROWING, RESTING),
    ("circuit_breaker_open", {"upstream": "property-management"}, 1, 0),
    ("process_cpu_seconds_total", {}, Rate(2), Rate(0.1)),
    ("cache_hits_total", {}, Rate(10), Rate(90)),
    ("cache_misses_total", {}, Rate(90), Rate(10)),
    # booking
    ("booking_ical_last_success_timestamp_seconds", {"calendar": "seaview"}, Age(3000), Age(60)),
    *latency("booking_http_request_duration_seconds"),
    ("booking_http_requests_total", {"code": "200"}, Rate(50), Rate(50)),
    ("booking_http_requests_total", {"code": "503"}, Rate(50), RESTING),
    ("booking_webhook_signature_invalid_total", {"provider": "portal"}, GROWING, RESTING),
    ("booking_reservation_lock_failures_total", {}, GROWING, RESTING),
    ("booking_reservation_locks_held", {}, 51, 5),
    ("booking_reservation_lock_oldest_age_seconds", {}, 1900, 10),
    ("booking_payments_total", {"provider": "cards", "outcome": "success"}, Rate(50), Rate(50)),
    ("booking_payments_total", {"provider": "cards", "outcome": "error"}, Rate(50), RESTING),
    ("booking_health_status", {"component": "search"}, 1, 0),
    ("booking_health_status", {"component": "checkout"}, 2, 0),
    # data and models
    ("model_accuracy", {"model": "prices"}, 0.8, 0.95),
    ("model_accuracy_floor", {"model": "prices"}, 0.9, 0.9),
    ("model_feature_drift", {"model": "prices", "feature": "season"}, 0.3, 0.05),
    ("pipeline_last_success_timestamp_seconds", {"pipeline": "nightly"}, Age(5000), Age(10)),
    ("pipeline_max_age_seconds", {"pipeline": "nightly"}, 1000, 1000),
    ("pipeline_rows_written", {"pipeline": "nightly"}, 10, 1000),
    ("pipeline_rows_expected", {"pipeline": "nightly"}, 1000, 1000),
    ("probe_success", {}, 0, 1),
    ("api_requests_total", {"api": "weather", "code": "200"}, Rate(50), Rate(50)),
    ("api_requests_total", {"api": "weather", "code": "timeout"}, Rate(50), RESTING),
    # host; the disk of Prometheus is more than half full and, breaching, filling
    ("node_filesystem_avail_bytes", {"mountpoint": "/", "fstype": "ext4"}, 1, 50),
    ("node_filesystem_size_bytes", {"mountpoint": "/", "fstype": "ext4"}, 100, 100),
    ("node_filesystem_avail_bytes", {"mountpoint": "/var/lib/prometheus", "fstype": "ext4"}, Rate(-1), RESTING),
    ("node_filesystem_size_bytes", {"mountpoint": "/var/lib/prometheus", "fstype": "ext4"}, 2500, 2500),
    ("node_filesystem_files_free", {"mountpoint": "/", "fstype": "ext4"}, 1, 50),
    ("node_filesystem_files", {"mountpoint": "/", "fstype": "ext4"}, 100, 100),
    ("node_filesystem_readonly", {"mountpoint": "/", "fstype": "ext4"}, 1, 0),
    ("node_memory_MemAvailable_bytes", {}, 1e8, 5e9),
    ("node_memory_MemTotal_bytes", {}, 8e9, 8e9),
    ("node_load5", {}, 5, 0.5),
    ("node_cpu_seconds_total", {"mode": "idle", "cpu": "0"}, 1, 1),
    ("node_timex_offset_seconds", {}, -2, 0.001),
    ("node_timex_sync_status", {}, 0, 1),
    ("node_network_receive_errs_total", {"device": "eth0"}, Rate(50), RESTING),
    ("node_network_transmit_errs_total", {"device": "eth0"}, Rate(50), RESTING),
    ("node_network_receive_packets_total", {"device": "eth0"}, Rate(500), Rate(500)),
    ("node_network_transmit_packets_total", {"device": "eth0"}, Rate(500), Rate(500)),
    ("node_systemd_unit_state", {"name": "backup.service", "state": "failed"}, 1, 0),
    # database
    ("pg_up", {}, 0, 1),
    ("pg_stat_activity_count", {"datname": "shop", "state": "idle"}, 99, 10),
    ("pg_settings_max_connections", {}, 100, 100),
    ("pg_replication_lag_seconds", {}, 400, 1),
    ("pg_stat_database_deadlocks", {"datname": "shop"}, GROWING, RESTING),
    ("pg_long_running_transactions_oldest_timestamp_seconds", {}, Age(5000), 0),
    ("redis_up", {}, 0, 1),
    ("redis_memory_used_bytes", {}, 99, 10),
    ("redis_memory_max_bytes", {}, 100, 100),
    ("redis_connected_clients", {}, 99, 10),
    ("redis_config_maxclients", {}, 100, 100),
    ("redis_rejected_connections_total", {}, GROWING, RESTING),
    ("redis_master_link_up", {}, 0, 1),
    ("redis_rdb_last_bgsave_status", {}, 0, 1),
    # container
    ("container_memory_working_set_bytes", CONTAINER, 99, 10),
    ("container_spec_memory_limit_bytes", CONTAINER, 100, 100),
    ("kube_pod_container_status_restarts_total", CONTAINER, GROWING, RESTING),
    ("kube_pod_container_status_last_terminated_reason", CONTAINER | {"reason": "OOMKilled"}, 1, 1),
    ("container_cpu_cfs_throttled_periods_total", CONTAINER, Rate(90), RESTING),
    ("container_cpu_cfs_periods_total", CONTAINER, Rate(100), Rate(100)),
    ("kube_pod_container_status_waiting_reason", CONTAINER | {"reason": "CrashLoopBackOff"}, 1, 0),
    ("kube_pod_container_status_waiting_reason", CONTAINER | {"reason": "ImagePullBackOff"}, 1, 0),
    ("kube_pod_status_phase", {"namespace": "shop", "pod": "web-1", "phase": "Pending"}, 1, 0),
    ("kube_deployment_status_replicas_available", {"namespace": "shop", "deployment": "web"}, 1, 3),
    ("kube_deployment_spec_replicas", {"namespace": "shop", "deployment": "web"}, 3, 3),
    ("kube_node_status_condition", {"node": "n1", "condition": "Ready", "status": "true"}, 0, 1),
    ("kube_job_failed", {"namespace": "shop", "job_name": "report", "condition": "true"}, 1, 0),
    ("kubelet_volume_stats_available_bytes", {"namespace": "shop", "persistentvolumeclaim": "data"}, 1, 50),
    ("kubelet_volume_stats_capacity_bytes", {"namespace": "shop", "persistentvolumeclaim": "data"}, 100, 100),
    # prometheus; these stand for `up`, which on a busy machine is 0 whenever a scrape is late
    ("fed_up", {}, 0, 1),
    ("vanishing_up", {}, None, 1),
    ("prometheus_config_last_reload_successful", {}, 0, 1),
    ("prometheus_rule_evaluation_failures_total", {"rule_group": "shop"}, GROWING, RESTING),
    ("prometheus_rule_group_iterations_missed_total", {"rule_group": "shop"}, GROWING, RESTING),
    ("prometheus_tsdb_wal_corruptions_total", {}, 1, 0),
    ("prometheus_tsdb_compactions_failed_total", {}, GROWING, RESTING),
    ("prometheus_tsdb_head_series", {}, 90000, 20000),
]


def load(pack):
    """The rules of a pack, with its defaults filled in."""
    with open(pack, "rb") as file:
        content = tomllib.load(file)
    return [content.get("defaults", {}) | rule for rule in content["rule"]]


def all_rules():
    return [rule for pack in PACKS for rule in load(pack)]


def shortened(rule):
    """The rule at the speed of a test: it opens at once, and looks back seconds in place of minutes and hours."""
    query = re.sub(r"\[\d+[smhd]\]", "[3s]", rule["query"])
    query = re.sub(r"offset \d+[smhd]", "offset 10s", query)
    if rule["name"] == "TargetsVanished":  # a lost scrape takes all series away for a moment, which is no vanishing
        query = re.sub(r"\bup\b( offset \w+)?", r"max_over_time(vanishing_up[3s]\1)", query)
    return rule | {"query": re.sub(r"\bup\b", "fed_up", query), "for": "0s"}


class Text(unittest.TestCase):
    def test_every_rule_says_what_a_person_needs(self):
        for pack in PACKS:
            for rule in load(pack):
                with self.subTest(pack=pack.name, rule=rule["name"]):
                    self.assertEqual("5m", rule["dedup_window"])
                    self.assertIn("for", rule)
                    self.assertIn("incident_by", rule)
                    self.assertNotEqual("severity" in rule, "thresholds" in rule)
                    self.assertIn("$value", rule["annotations"]["summary"] + (" $value" * self.says_all(rule)))
                    self.assertTrue(rule["annotations"]["description"].strip())

    def says_all(self, rule):
        """Whether the breach has one value only, which the summary says in words."""
        return rule["name"] in {"ServiceDown", "CircuitBreakerOpen"}

    def test_every_runbook_is_there(self):
        for rule in all_rules():
            with self.subTest(rule["name"]):
                address = rule["annotations"]["runbook_url"]
                self.assertTrue(address.startswith(RUNBOOKS), address)
                self.assertTrue((ROOT / "docs" / "runbooks" / address.removeprefix(RUNBOOKS)).is_file(), address)

    def test_a_pack_begins_with_what_it_expects(self):
        for pack in PACKS:
            with self.subTest(pack.name):
                head = pack.read_text().split("\n[defaults]")[0]
                self.assertTrue(all(line.startswith("#") or not line for line in head.splitlines()))
                self.assertRegex(head, r"(?m)^# Metrics")

    def test_what_is_promised_is_kept(self):
        rules = {rule["name"]: rule for rule in all_rules()}
        for name, (severity, threshold, opens_after) in PROMISED.items():
            with self.subTest(name):
                rule = rules[name]
                self.assertEqual(severity, rule["severity"])
                self.assertEqual(threshold or rule["threshold"], rule["threshold"])
                self.assertEqual(opens_after or rule["for"], rule["for"])


class Check(EndToEnd):
    def check(self, files, *arguments):
        agent = self.new_agent()
        agent.config["rules"]["files"] = [str(file) for file in files]
        agent.write()
        result = run_tocsin("check", "--config", agent.config_file, *arguments)
        self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_it_is_silent_on_each_pack(self):
        for pack in PACKS:
            with self.subTest(pack.name):
                self.check([pack])

    def test_it_is_silent_on_all_together_and_prometheus_parses_every_query(self):
        self.check([os.path.join(ROOT, "rules", "packs", "*.toml")], "--online")


class EveryRule(EndToEnd):
    def test_opens_when_its_series_breach_and_resolves_when_they_recover(self):
        feed = Feed(self.exporter)
        self.addCleanup(feed.close)
        self.feed(feed, breaching=False)
        self._scraped()
        agent = self.agent(*[shortened(rule) for rule in all_rules()])
        agent.wait_evaluations("HighErrorRate", more=4)
        self.assertEqual([], self.rules_in(agent))

        fed = {rule["name"] for rule in all_rules()}
        self.feed(feed, breaching=True)
        wait_for(lambda: fed <= set(self.rules_in(agent)), 120, Missing(self, agent, fed))
        self.assert_summaries_are_whole(agent)
        self.feed(feed, breaching=False)
        wait_for(lambda: not self.open_rules(agent), 120, Still(self, agent))

    def feed(self, feed, breaching):
        for metric, labels, breach, healthy in SERIES:
            feed.set(metric, breach if breaching else healthy, start=1000, **labels)

    def rules_in(self, agent):
        return [incident["rule"] for incident in agent.incidents(limit=1000)]

    def open_rules(self, agent):
        return [incident["rule"] for incident in agent.incidents(state="open", limit=1000)]

    def assert_summaries_are_whole(self, agent):
        """Each label that a summary names is one of the series'."""
        rules = {rule["name"]: rule for rule in all_rules()}
        for incident in agent.incidents(limit=1000):
            with self.subTest(incident["rule"]):
                for series in agent.incident(incident["id"])["series"]:
                    named = set(re.findall(r"\$labels\.(\w+)", rules[incident["rule"]]["annotations"]["summary"]))
                    self.assertLessEqual(named, set(series["labels"]))
                self.assertNotIn("{{", incident["annotations"]["summary"])


class Missing:
    """Says, when a wait is over in vain, which rules have opened no incident."""

    def __init__(self, case, agent, expected):
        self._case, self._agent, self._expected = case, agent, expected

    def __str__(self):
        return f"incidents of {sorted(self._expected - set(self._case.rules_in(self._agent)))}"


class Still:
    """Says, when a wait is over in vain, which incidents are open."""

    def __init__(self, case, agent):
        self._case, self._agent = case, agent

    def __str__(self):
        return f"these to be resolved: {sorted(self._case.open_rules(self._agent))}"


if __name__ == "__main__":
    unittest.main()
