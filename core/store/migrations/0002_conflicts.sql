-- What a connection showed and the record did not become.
CREATE TABLE conflict (
  id         INTEGER PRIMARY KEY,
  record_id  INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  group_name TEXT NOT NULL,
  connection INTEGER NOT NULL REFERENCES name (id),
  dataset    INTEGER NOT NULL REFERENCES name (id),
  outside_id TEXT NOT NULL,
  policy     INTEGER NOT NULL,
  fields     BLOB NOT NULL,    -- numbers of the fields, a byte each
  theirs     BLOB NOT NULL,
  ours       BLOB NOT NULL,
  deleted    INTEGER NOT NULL,
  value      INTEGER NOT NULL, -- digest of fields, theirs and deleted
  raised_at  INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  times      INTEGER NOT NULL,
  sent       INTEGER NOT NULL,
  state      INTEGER NOT NULL, -- 1: open
  closed_at  INTEGER NOT NULL,
  closed_by  TEXT NOT NULL,
  UNIQUE (record_id, group_name, connection, value)
) STRICT;
CREATE INDEX conflict_open ON conflict (record_id) WHERE state = 1;
CREATE INDEX conflict_open_by_id ON conflict (id) WHERE state = 1;
CREATE INDEX conflict_settled ON conflict (closed_at) WHERE state <> 1;

-- 1: the key of the record is not the one that this dataset shows: it came by other fields.
ALTER TABLE base ADD COLUMN foreign_key INTEGER NOT NULL DEFAULT 0;
