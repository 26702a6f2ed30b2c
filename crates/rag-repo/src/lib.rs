//! Every query, the connection pool, and the one map from database errors.
