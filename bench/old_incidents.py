"""Fills a store that tocsin has made with incidents that are over, as a year of a busy site would."""

import os
import sqlite3
import time

INCIDENTS = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
INSERT INTO incidents (rule, state, severity, opened_at, resolved_at, group_labels, dedup_key, labels, annotations,
                       value, threshold, acknowledged_by, resolve_reason, resolved_by_hand, flaps, series, series_count,
                       announced_state, announced_severity, announced_flaps)
SELECT 'Rule' || (n % 50), 'resolved', 'SEV' || (1 + n % 4), :now - 86400000 - (:count - n) * 30000,
       :now - 86400000 - (:count - n) * 30000 + 25000, '{"pod":"web-' || (n % 997) || '"}',
       'Rule' || (n % 50) || '{pod="web-' || (n % 997) || '"}',
       '{"instance":"10.0.0.1:9100","job":"shop","namespace":"shop","pod":"web-' || (n % 997) || '"}',
       '[["summary","web-' || (n % 997) || ' is at 17"],["description","Above what it may be."]]',
       17, '> 10', '', 'recovered', 0, 0, '[]', 1, 'resolved', 'SEV' || (1 + n % 4), 0
FROM number"""
TIMELINE = """
INSERT INTO timeline (incident, at, type, text, actor) SELECT id, opened_at, 'opened', 'opened', '' FROM incidents
UNION ALL SELECT id, resolved_at, 'resolved', 'recovered', '' FROM incidents"""
DELIVERIES = """
INSERT INTO deliveries (incident, notifier, kind, state, severity, at, not_before, attempts, last_error, delivered_at,
                        maybe_seen)
SELECT id, 'hook', 'open', 'delivered', severity, opened_at, opened_at, 1, '', opened_at, 0 FROM incidents
UNION ALL SELECT id, 'hook', 'resolve', 'delivered', severity, resolved_at, resolved_at, 1, '', resolved_at, 0
FROM incidents"""


def add_old_incidents(path, count):
    """The newest was resolved a day ago."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    connection.execute(INCIDENTS, {"count": count, "now": int(time.time() * 1000)})
    connection.execute(TIMELINE)
    connection.execute(DELIVERIES)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    os.sync()  # or the first commit of who is measured waits for all of it
