-- A row that a person has changed before it is replayed: how it came, and who changed it.
ALTER TABLE dead_letter ADD COLUMN original_row BLOB NOT NULL DEFAULT x'';
ALTER TABLE dead_letter ADD COLUMN edited_by TEXT NOT NULL DEFAULT '';
ALTER TABLE dead_letter ADD COLUMN edited_at INTEGER NOT NULL DEFAULT 0;

-- Every such change, cell by cell. It outlives the dead letter.
CREATE TABLE row_edit (
  id          INTEGER PRIMARY KEY,
  dataset     TEXT NOT NULL,
  outside_id  TEXT NOT NULL,
  column_name TEXT NOT NULL,
  before      TEXT NOT NULL,
  after       TEXT NOT NULL,
  actor       TEXT NOT NULL,
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX row_edit_by_row ON row_edit (dataset, outside_id);
CREATE INDEX row_edit_by_age ON row_edit (at);

-- Where the row stood from which an entry of the change log was made. Ordinary kinds only.
CREATE TABLE row_place (
  seq      INTEGER PRIMARY KEY,
  location TEXT NOT NULL,
  line     INTEGER NOT NULL
) STRICT;
