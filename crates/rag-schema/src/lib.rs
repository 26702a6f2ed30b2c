//! Tables, ids, enums, row and insert structs, and the embedded migrations.
