-- The lives of the store: the first, and one more for each restored backup. What was done between a
-- backup and its restore is known to the other systems only.
CREATE TABLE epoch (
  number    INTEGER PRIMARY KEY,
  began_at  INTEGER NOT NULL,
  backup_at INTEGER NOT NULL, -- when the backup was made from which it began
  record_id INTEGER NOT NULL  -- the last one given before
) STRICT;
INSERT INTO epoch (number, began_at, backup_at, record_id) VALUES (1, 0, 0, 0);

-- In backups only: when they were made.
CREATE TABLE backup (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  taken_at INTEGER NOT NULL
) STRICT;

-- The life in which it was last seen, at the other side, how the delivery stands there.
ALTER TABLE delivery ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
