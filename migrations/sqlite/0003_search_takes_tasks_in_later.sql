-- The search index takes new tasks in when somebody searches, instead of with each insert: a third of the pages that
-- making a task writes were the index's. Changes and deletions of what is in it still reach it at once.
CREATE TABLE task_search_state (
    -- The highest row number that the index has; later ones are not in it yet.
    indexed INTEGER NOT NULL
) STRICT;
INSERT INTO task_search_state (indexed) SELECT COALESCE(MAX(row_number), 0) FROM tasks;

DROP TRIGGER tasks_search_insert;
DROP TRIGGER tasks_search_delete;
DROP TRIGGER tasks_search_update;
CREATE TRIGGER tasks_search_delete AFTER DELETE ON tasks
WHEN old.row_number <= (SELECT indexed FROM task_search_state) BEGIN
    INSERT INTO task_search (task_search, rowid, title, description, labels)
    VALUES ('delete', old.row_number, old.title, old.description, old.labels);
    -- The number of the last row is given again.
    UPDATE task_search_state SET indexed = (SELECT COALESCE(MAX(row_number), 0) FROM tasks)
    WHERE indexed > (SELECT COALESCE(MAX(row_number), 0) FROM tasks);
END;
CREATE TRIGGER tasks_search_update AFTER UPDATE OF title, description, labels ON tasks
WHEN old.row_number <= (SELECT indexed FROM task_search_state)
    AND (old.title <> new.title OR old.description <> new.description OR old.labels <> new.labels) BEGIN
    INSERT INTO task_search (task_search, rowid, title, description, labels)
    VALUES ('delete', old.row_number, old.title, old.description, old.labels);
    INSERT INTO task_search (rowid, title, description, labels)
    VALUES (new.row_number, new.title, new.description, new.labels);
END;

-- The order of the board serves the counts of its columns too.
DROP INDEX tasks_by_project;
