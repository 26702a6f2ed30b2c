#!/bin/sh
# Runs once, when the primary's cluster is created: lets the user rag copy it and follow it.
set -eu
echo "host replication rag all scram-sha-256" >>"$PGDATA/pg_hba.conf"
