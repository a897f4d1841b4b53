-- Names of connections, datasets and origins, so that rows carry a small number.
CREATE TABLE name (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- One row: where ids and the change log stand.
CREATE TABLE head (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  record_id   INTEGER NOT NULL, -- the last one given
  seq         INTEGER NOT NULL, -- of the newest log entry
  thinned_seq INTEGER NOT NULL  -- entries up to it may be gone
) STRICT;
INSERT INTO head (one, record_id, seq, thinned_seq) VALUES (1, 0, 0, 0);

CREATE TABLE kind_count (
  kind INTEGER PRIMARY KEY,
  live INTEGER NOT NULL
) STRICT;

CREATE TABLE record (
  id         INTEGER PRIMARY KEY,
  kind       INTEGER NOT NULL,
  key        BLOB NOT NULL,
  revision   INTEGER NOT NULL,
  last_seq   INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, -- microseconds since 1970, as all times here
  origin     INTEGER NOT NULL REFERENCES name (id),
  deleted    INTEGER NOT NULL,
  body       BLOB NOT NULL,
  UNIQUE (kind, key)
) STRICT;
CREATE INDEX record_by_kind ON record (kind);

-- The change log, many entries a row. It is the history too: every entry names the one before of
-- the same record. Records of bulk kinds stand nowhere else: the newest entry is the record.
-- bulk: 0: entries of ordinary kinds, kept; 1: of bulk kinds; 2: of bulk kinds, thinned: only
-- entries that are still a record.
CREATE TABLE change (
  first_seq INTEGER PRIMARY KEY,
  last_seq  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  bulk      INTEGER NOT NULL,
  entries   BLOB NOT NULL
) STRICT;
CREATE INDEX change_to_thin ON change (at) WHERE bulk = 1;
CREATE INDEX change_kept ON change (first_seq) WHERE bulk = 2;

-- Where the records of bulk kinds stand in the log: for 256 neighbouring ids (id / 256 = segment) a
-- number of eight bytes each, little-endian: the kind times 2^48 plus the seq; 0: no such record.
CREATE TABLE bulk_place (
  segment INTEGER PRIMARY KEY,
  places  BLOB NOT NULL
) STRICT;

-- Base digests that are newer than those in the log: the record was shown differently and is the
-- same. They hold for this revision only.
CREATE TABLE bulk_base (
  id       INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  digest   INTEGER NOT NULL
) STRICT;

CREATE TABLE binding (
  connection INTEGER NOT NULL REFERENCES name (id),
  kind       INTEGER NOT NULL,
  outside_id TEXT NOT NULL,
  record_id  INTEGER NOT NULL,
  PRIMARY KEY (connection, kind, outside_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_by_record ON binding (record_id);

CREATE TABLE base (
  dataset    INTEGER NOT NULL REFERENCES name (id),
  outside_id TEXT NOT NULL,
  record_id  INTEGER NOT NULL,
  digests    BLOB NOT NULL,
  PRIMARY KEY (dataset, outside_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE number (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  request_id     TEXT PRIMARY KEY,
  method         TEXT NOT NULL,
  request_digest INTEGER NOT NULL,
  answer         BLOB NOT NULL,
  at             INTEGER NOT NULL
) STRICT;
CREATE INDEX answer_by_age ON answer (at);

CREATE TABLE parked (
  id         INTEGER PRIMARY KEY,
  dataset    TEXT NOT NULL,
  item_key   TEXT NOT NULL, -- the outside id, or the place of a row that has none
  outside_id TEXT NOT NULL,
  location   TEXT NOT NULL,
  line       INTEGER NOT NULL,
  column_no  INTEGER NOT NULL,
  raw        BLOB NOT NULL,
  row        BLOB NOT NULL,
  waits_kind TEXT NOT NULL,
  waits_key  TEXT NOT NULL,
  parked_at  INTEGER NOT NULL,
  queued     INTEGER NOT NULL,
  UNIQUE (dataset, item_key)
) STRICT;
CREATE INDEX parked_waiting ON parked (waits_kind, waits_key);
CREATE INDEX parked_queued ON parked (id) WHERE queued = 1;

CREATE TABLE dead_letter (
  id         INTEGER PRIMARY KEY,
  dataset    TEXT NOT NULL,
  item_key   TEXT NOT NULL,
  outside_id TEXT NOT NULL,
  location   TEXT NOT NULL,
  line       INTEGER NOT NULL,
  column_no  INTEGER NOT NULL,
  raw        BLOB NOT NULL,
  row        BLOB NOT NULL,
  field      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  died_at    INTEGER NOT NULL,
  replays    INTEGER NOT NULL,
  record_id  INTEGER NOT NULL,
  UNIQUE (dataset, item_key)
) STRICT;

CREATE TABLE run (
  id         INTEGER PRIMARY KEY,
  dataset    TEXT NOT NULL,
  full_read  INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER, -- NULL: still running, or ended by a crash
  read       INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  changed    INTEGER NOT NULL,
  unchanged  INTEGER NOT NULL,
  deleted    INTEGER NOT NULL,
  parked     INTEGER NOT NULL,
  dead       INTEGER NOT NULL,
  recovered  INTEGER NOT NULL,
  error      TEXT NOT NULL
) STRICT;
CREATE INDEX run_by_dataset ON run (dataset);
CREATE INDEX run_by_age ON run (started_at);

CREATE TABLE delivery (
  connection         INTEGER NOT NULL REFERENCES name (id),
  record_id          INTEGER NOT NULL,
  revision           INTEGER NOT NULL,
  delivered_revision INTEGER NOT NULL,
  state              INTEGER NOT NULL,
  attempts           INTEGER NOT NULL,
  due                INTEGER NOT NULL,
  sent_at            INTEGER NOT NULL,
  outside_id         TEXT NOT NULL,
  waits_for          TEXT NOT NULL,
  error              TEXT NOT NULL,
  PRIMARY KEY (connection, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_by_due ON delivery (connection, state, due);
CREATE INDEX delivery_by_record ON delivery (record_id);
