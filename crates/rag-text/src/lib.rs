//! Bytes to text to chunks: format detection, extraction, chunking. Knows no database and no server.
