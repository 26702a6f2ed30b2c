//! Benchmarks and load scenarios.
