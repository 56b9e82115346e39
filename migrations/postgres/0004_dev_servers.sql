-- Terminals that run a project's dev server, one at most in a workspace for each user; and how many lines each terminal
-- keeps.
ALTER TABLE terminals ADD COLUMN kind TEXT NOT NULL DEFAULT 'shell' CHECK (kind IN ('shell', 'dev_server'));
ALTER TABLE terminals ADD COLUMN scrollback_lines BIGINT NOT NULL DEFAULT 10000;
CREATE UNIQUE INDEX terminals_dev_server ON terminals (workspace_id, user_id)
    WHERE status = 'open' AND kind = 'dev_server';
