-- Times are INTEGER, milliseconds since 1970 UTC. States, severities and kinds are the words of the API.
-- Labels, annotations, series and grades are JSON. A value that is NaN is NULL.
-- The columns that lists filter by stand before the long ones, so that a scan does not read past them.

CREATE TABLE incidents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, not even after pruning
  rule TEXT NOT NULL,
  state TEXT NOT NULL,
  severity TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  resolved_at INTEGER,
  group_labels TEXT NOT NULL,            -- the incident_by labels
  dedup_key TEXT NOT NULL,
  labels TEXT NOT NULL,
  annotations TEXT NOT NULL,
  value REAL,
  threshold TEXT NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT NOT NULL,
  resolve_reason TEXT NOT NULL,
  resolved_by_hand INTEGER NOT NULL,
  flaps INTEGER NOT NULL,
  series TEXT NOT NULL,
  series_count INTEGER NOT NULL,
  announced_state TEXT,                  -- NULL with the next two: nothing told yet
  announced_severity TEXT,
  announced_flaps INTEGER
) STRICT;

CREATE INDEX incidents_active ON incidents (id) WHERE state <> 'resolved';
CREATE INDEX incidents_resolved ON incidents (resolved_at) WHERE state = 'resolved';
CREATE INDEX incidents_unannounced ON incidents (id)
  WHERE state = 'resolved' AND (announced_state IS NOT 'resolved' OR announced_flaps < flaps);
CREATE INDEX incidents_rule ON incidents (rule, id, severity);  -- a severity within a rule without reading its rows
CREATE INDEX incidents_severity ON incidents (severity);
CREATE INDEX incidents_opened ON incidents (opened_at);

CREATE TABLE timeline (
  id INTEGER PRIMARY KEY,
  incident INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  text TEXT NOT NULL,
  actor TEXT NOT NULL                    -- empty: tocsin
) STRICT;

CREATE INDEX timeline_incident ON timeline (incident);

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- receivers know it: never given twice
  incident INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  notifier TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  severity TEXT NOT NULL,
  previous_severity TEXT,
  at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  delivered_at INTEGER,
  maybe_seen INTEGER NOT NULL
) STRICT;

CREATE INDEX deliveries_incident ON deliveries (incident);
CREATE INDEX deliveries_waiting ON deliveries (incident) WHERE state IN ('held', 'pending', 'sending');

CREATE TABLE told (
  incident INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  notifier TEXT NOT NULL,
  open INTEGER NOT NULL,                 -- its last word says that the incident is not over
  opening_at INTEGER,
  repeat_interval INTEGER,               -- milliseconds
  last_at INTEGER NOT NULL,
  remembered TEXT NOT NULL,
  PRIMARY KEY (incident, notifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
  rule TEXT NOT NULL,
  labels TEXT NOT NULL,
  grades TEXT NOT NULL,
  absent_since INTEGER,
  value REAL,
  PRIMARY KEY (rule, labels)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
  rule TEXT NOT NULL PRIMARY KEY,
  last_tick INTEGER,
  behind INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,        -- alive_at
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
