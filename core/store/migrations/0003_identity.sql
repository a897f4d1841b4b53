-- Two records that may be one: found by values that are equal.
CREATE TABLE double (
  id        INTEGER PRIMARY KEY,
  first_id  INTEGER NOT NULL, -- the older record
  second_id INTEGER NOT NULL,
  kind      INTEGER NOT NULL,
  rule      TEXT NOT NULL,    -- "tax_id": the fields that are equal
  found_at  INTEGER NOT NULL,
  state     INTEGER NOT NULL, -- 1: open
  closed_at INTEGER NOT NULL,
  closed_by TEXT NOT NULL,
  UNIQUE (first_id, second_id)
) STRICT;
CREATE INDEX double_open ON double (id) WHERE state = 1;
CREATE INDEX double_of_second ON double (second_id) WHERE state = 1;
CREATE INDEX double_settled ON double (closed_at) WHERE state <> 1;

-- Records that a person has found to be others: whoever means the first means the second.
CREATE TABLE merged (
  gone_id INTEGER PRIMARY KEY,
  kept_id INTEGER NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX merged_into ON merged (kept_id);

-- Values that somebody wants of a connection that owns them.
CREATE TABLE proposal (
  id         INTEGER PRIMARY KEY,
  record_id  INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  connection INTEGER NOT NULL REFERENCES name (id),
  group_name TEXT NOT NULL,
  fields     BLOB NOT NULL,    -- numbers of the fields, a byte each
  wanted     BLOB NOT NULL,
  made_by    TEXT NOT NULL,
  made_at    INTEGER NOT NULL,
  state      INTEGER NOT NULL, -- 1: open
  closed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX proposal_open ON proposal (record_id) WHERE state = 1;
CREATE INDEX proposal_open_by_id ON proposal (id) WHERE state = 1;
CREATE INDEX proposal_settled ON proposal (closed_at) WHERE state <> 1;
