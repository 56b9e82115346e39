-- Searching needs no change here: SQLite's index takes new tasks in later since this version.

-- The order of the board serves the counts of its columns too.
DROP INDEX tasks_by_project;
