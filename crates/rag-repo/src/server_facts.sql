-- What a server must have, and what an operator wants to know of it. No arguments.
SELECT current_setting('server_version_num')::int AS version_number,
       (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS vector_installed,
       (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS vector_available,
       current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('data_checksums') AS data_checksums,
       current_setting('server_encoding') AS server_encoding,
       current_setting('lc_messages') AS lc_messages,
       quote_ident(current_user) AS user_name,
       pg_size_pretty(pg_database_size(current_database())) AS database_size,
       pg_is_in_recovery() AS in_recovery
