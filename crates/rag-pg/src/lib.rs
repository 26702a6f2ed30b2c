//! Embedded PostgreSQL: find, initialise, start, stop.
