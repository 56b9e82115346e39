#!/bin/sh
# Makes the two roles and the database of docs/postgres.md; PostgreSQL's image runs it once, on an empty volume.
# The passwords come from the environment, and reach psql over its standard input: no command line has them.
set -eu

: "${SWITCHYARD_OWNER_PASSWORD:?is the password of the role that owns the tables}"
: "${SWITCHYARD_DB_PASSWORD:?is the password of the role that serves}"

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv owner_password SWITCHYARD_OWNER_PASSWORD
\getenv app_password SWITCHYARD_DB_PASSWORD
-- Kept out of the server's log, whatever that is told to hold.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE switchyard_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE switchyard LOGIN PASSWORD :'app_password';
CREATE DATABASE switchyard OWNER switchyard_owner TEMPLATE template0 ENCODING 'UTF8';
-- Nobody else connects, and nobody but the owner makes anything there.
REVOKE ALL ON DATABASE switchyard FROM PUBLIC;
GRANT CONNECT ON DATABASE switchyard TO switchyard;
SQL
