//! Rows of the tables that nobody but their user sees.

use diesel::{PgConnection, connection::SimpleConnection as _};
use rag_repo::users;
use rag_schema::ids::{JobId, UserId};

/// A file of the user and a memory, with all that belongs to them.
pub(crate) fn insert_private_rows(conn: &mut PgConnection, user: UserId) {
    let organisation = users::find(conn, user).unwrap().organisation_id;
    let (file, collection, passage) = (JobId::new(), JobId::new(), JobId::new());
    insert_used_tool(conn, user);
    conn.batch_execute(&format!(
        "INSERT INTO files (id, user_id, organisation_id, name, purpose, size_bytes, content_sha256)
             VALUES ('{file}', '{user}', '{organisation}', '-', '-', 1, sha256('x'));
         INSERT INTO file_parts VALUES ('{file}', '{user}', 0, 'x');
         INSERT INTO collections (id, organisation_id, owner_id, kind, name, model_id)
             SELECT '{collection}', '{organisation}', '{user}', 'memory', 'memory', min(id) FROM embedding_models;
         INSERT INTO passages (id, kind, collection_id) VALUES ('{passage}', 'memory', '{collection}');
         INSERT INTO memories (id, user_id, kind, source, content, importance, valid_from)
             VALUES ('{passage}', '{user}', 'fact', 'user', '-', 0.5, now());
         INSERT INTO memory_uses (memory_id, user_id) VALUES ('{passage}', '{user}');
         INSERT INTO memory_changes (id, step_id, memory_id, user_id, action, reason, made_by, after)
             VALUES ('{file}', '{file}', '{passage}', '{user}', 'remembered', '-', 'user', '{{}}');
         INSERT INTO turns (message_id, session_id, question_id, user_id, answered_by, alive_until)
             SELECT '{file}', m.session_id, m.id, '{user}', '-', now() FROM chat_messages AS m JOIN chat_sessions AS s ON s.id = m.session_id
             WHERE s.user_id = '{user}' AND m.sender = 'user' LIMIT 1;
         INSERT INTO answer_feedback (message_id, session_id, user_id, rating)
             SELECT m.id, m.session_id, '{user}', 'up' FROM chat_messages AS m JOIN chat_sessions AS s ON s.id = m.session_id
             WHERE s.user_id = '{user}' LIMIT 1;
         INSERT INTO chat_summaries (message_id, session_id, user_id, text)
             SELECT m.id, m.session_id, '{user}', '-' FROM chat_messages AS m JOIN chat_sessions AS s ON s.id = m.session_id
             WHERE s.user_id = '{user}' LIMIT 1;
         INSERT INTO collections (id, organisation_id, owner_id, kind, name, model_id)
             SELECT '{file}', '{organisation}', '{user}', 'rounds', 'rounds', min(id) FROM embedding_models;
         INSERT INTO passages (id, kind, collection_id) VALUES ('{file}', 'round', '{file}');
         INSERT INTO rounds (id, answer_id, session_id, user_id, said_at)
             SELECT '{file}', m.id, m.session_id, '{user}', now() FROM chat_messages AS m JOIN chat_sessions AS s ON s.id = m.session_id
             WHERE s.user_id = '{user}' LIMIT 1;
         INSERT INTO model_usage VALUES ('{organisation}', '{user}', '2026-11-28', '-', 1, 2, 3, 0, 0, 'answer');
         INSERT INTO document_fetches (document_id, collection_id, url, content_sha256)
             SELECT d.id, d.collection_id, 'https://example.org/', sha256('x') FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
             WHERE c.owner_id = '{user}' LIMIT 1;
         INSERT INTO judgements (id, collection_id, document_id, passage_sha256, user_id, question, weight)
             SELECT '{file}', d.collection_id, d.id, sha256('x'), '{user}', '-', 1 FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
             WHERE c.owner_id = '{user}' LIMIT 1;
         INSERT INTO password_resets (user_id, organisation_id, token_sha256, expires_at) VALUES ('{user}', '{organisation}', sha256('{user}'), now());
         INSERT INTO idempotency_keys (user_id, key, holder, held_until) VALUES ('{user}', '-', '{file}', now());
         INSERT INTO turn_events VALUES ('{file}', 0, '{user}', '{{token}}', '{{x}}', 'x')"
    ))
    .unwrap();
}

/// A tool of the user that was used once.
pub(crate) fn insert_used_tool(conn: &mut PgConnection, user: UserId) {
    let organisation = users::find(conn, user).unwrap().organisation_id;
    let room = JobId::new();
    conn.batch_execute(&format!(
        "INSERT INTO collections (id, organisation_id, owner_id, kind, name, model_id)
             SELECT '{room}', '{organisation}', '{user}', 'tools', 'tools', min(id) FROM embedding_models;
         INSERT INTO passages (id, kind, collection_id) VALUES ('{room}', 'tool', '{room}');
         INSERT INTO tools (id, collection_id, name, description, parameters) VALUES ('{room}', '{room}', 'tool', '-', '{{}}');
         INSERT INTO tool_counts (tool_id, collection_id) VALUES ('{room}', '{room}');
         INSERT INTO tool_uses (id, tool_id, collection_id, user_id, outcome) VALUES ('{room}', '{room}', '{room}', '{user}', 'success')"
    ))
    .unwrap();
}
