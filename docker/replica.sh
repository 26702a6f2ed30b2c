#!/bin/sh
# Starts the replica of the service `db`, with the arguments as settings; copies the primary first if there is no copy yet.
set -eu
if ! test -s "$PGDATA/PG_VERSION"; then
    # Of a copy that was interrupted.
    rm -rf "$PGDATA.new"
    mkdir -p "$(dirname "$PGDATA")"
    export PGHOST="${PGHOST:-db}" PGUSER=rag PGDATABASE=rag
    # The slot keeps the primary's log for as long as the replica is away.
    psql --no-psqlrc --quiet --command="SELECT pg_create_physical_replication_slot('replica')
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'replica')"
    pg_basebackup --write-recovery-conf --checkpoint=fast --slot=replica --pgdata="$PGDATA.new"
    rm -rf "$PGDATA"
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres "$@"
