-- Servers that serve one instance together: their leases, and what each of them sees to (crates/store/src/replicas.rs).
-- Neither is anybody's: there is no row of an organisation in them, and so no row-level security.

CREATE TABLE replicas (
    id UUID PRIMARY KEY,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE claims (
    work TEXT PRIMARY KEY,
    replica_id UUID NOT NULL REFERENCES replicas (id) ON DELETE CASCADE
);
CREATE INDEX claims_of_replica ON claims (replica_id);
