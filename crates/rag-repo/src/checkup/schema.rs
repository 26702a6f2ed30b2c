//! Rules about tables, indexes, constraints and triggers.

use super::{
    Area, Means, Reads, Repair, Rule,
    Severity::{Failure, Warning},
};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "row security",
        area: Area::Schema,
        severity: Failure,
        noun: ("table", "tables"),
        state: "open to other users: row-level security or its policies are off",
        kept: "row-level security is forced on every table",
        cure: "a table that has lost its policies: restore a backup into a new database",
        repair: Some(Repair {
            does: "force it on the tables that have their policies",
            means: Means::Maintenance(include_str!("close_tables.sql")),
        }),
        reads: Reads::Catalogue,
        query: include_str!("row_security.sql"),
    },
    Rule {
        name: "indexes",
        area: Area::Schema,
        severity: Warning,
        noun: ("invalid index", "invalid indexes"),
        state: "that PostgreSQL does not use",
        kept: "every index is valid",
        cure: "",
        repair: Some(Repair {
            does: "rebuild them while rag serves, and drop what an interrupted rebuild has left",
            means: Means::Maintenance(include_str!("rebuild_invalid_indexes.sql")),
        }),
        reads: Reads::Catalogue,
        query: include_str!("invalid_indexes.sql"),
    },
    Rule {
        name: "constraints",
        area: Area::Schema,
        severity: Warning,
        noun: ("constraint", "constraints"),
        state: "that stored rows may break, as they are not validated",
        kept: "every constraint is validated",
        cure: "let a superuser run ALTER TABLE .. VALIDATE CONSTRAINT ..: row-level security hides rows from others",
        repair: Some(Repair {
            does: "compare all rows with them",
            means: Means::Maintenance(include_str!("validate_constraints.sql")),
        }),
        reads: Reads::Catalogue,
        query: include_str!("constraints.sql"),
    },
    Rule {
        name: "triggers",
        area: Area::Schema,
        severity: Failure,
        noun: ("trigger", "triggers"),
        state: "switched off: counters, the audit log or foreign keys are not kept",
        kept: "every trigger is enabled",
        cure: "",
        repair: Some(Repair {
            does: "enable them",
            means: Means::Maintenance(include_str!("enable_triggers.sql")),
        }),
        reads: Reads::Catalogue,
        query: include_str!("triggers.sql"),
    },
    Rule {
        name: "partitions",
        area: Area::Schema,
        severity: Warning,
        noun: ("month", "months"),
        state: "without a partition of events or of uses of tools, this one or the next",
        kept: "events and uses of tools have their partitions for this month and the next",
        cure: "",
        repair: Some(Repair { does: "make them", means: Means::Rows(include_str!("make_partitions.sql")) }),
        reads: Reads::Rows,
        query: include_str!("partitions.sql"),
    },
    Rule {
        name: "default partition",
        area: Area::Schema,
        severity: Warning,
        noun: ("event", "events"),
        state: "older than three hours in the default partition, which upkeep empties",
        kept: "no old event is in the default partition",
        cure: "",
        repair: Some(Repair {
            does: "move them into the partitions of their months",
            means: Means::Rows(include_str!("make_partitions.sql")),
        }),
        reads: Reads::Catalogue,
        query: include_str!("default_partition.sql"),
    },
];
