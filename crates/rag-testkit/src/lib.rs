//! Test support: databases, a running application, builders. A dev-dependency only.
