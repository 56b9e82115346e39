-- Clones of repos that were taken off their projects for good, until it is settled what becomes of their folders.

CREATE TABLE removed_clones (
    -- Of a repo that is gone.
    repo_id    UUID NOT NULL,
    org_id     UUID NOT NULL REFERENCES organisations (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    -- Where it was; it may be gone, too.
    project_id UUID NOT NULL,
    name       TEXT NOT NULL,
    url        TEXT NOT NULL,
    removed_at TIMESTAMPTZ NOT NULL,
    -- How often its remote was asked in vain.
    tries      BIGINT NOT NULL,
    PRIMARY KEY (repo_id, user_id)
);

ALTER TABLE removed_clones ENABLE ROW LEVEL SECURITY;
ALTER TABLE removed_clones FORCE ROW LEVEL SECURITY;
CREATE POLICY of_instance ON removed_clones USING ((SELECT reaches_instance()));
-- Whoever removes a repo leaves behind everybody's clones of it.
CREATE POLICY of_user ON removed_clones
    USING (org_id = (SELECT reached_org())
           AND (user_id = (SELECT reached_user()) OR (SELECT reaches_colleagues())));
DROP POLICY of_user ON repo_clones;
CREATE POLICY of_user ON repo_clones
    USING (org_id = (SELECT reached_org())
           AND (user_id = (SELECT reached_user()) OR (SELECT reaches_colleagues())));
