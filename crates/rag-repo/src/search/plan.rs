//! How the dense leg is run, which the corpus and the scope decide.

/// How a dense search is run. Its scores are cosines in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DensePlan {
    /// Every row in scope is compared.
    Exact,
    /// The HNSW graph is followed until the limit is filled.
    Hnsw {
        /// `hnsw.ef_search`: candidates at a time, 1 to 1,000.
        ef_search: u16,
    },
    /// The lists nearest to the query are compared, and further ones until the limit is filled.
    Ivfflat {
        /// `ivfflat.probes`: lists at a time, 1 to 32,768.
        probes: u16,
    },
    /// The HNSW graph over bits is followed until there are `overfetch` times the limit, which are then compared exactly.
    HnswBinary {
        /// `hnsw.ef_search`: candidates at a time, 1 to 1,000.
        ef_search: u16,
        /// Rows compared exactly for one that is wanted, 1 to 100.
        overfetch: u16,
    },
}

/// How far an approximate search looks: more finds more and takes longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breadth {
    /// HNSW: candidates at a time, 1 to 1,000.
    pub ef_search: u16,
    /// `IVFFlat`: lists at a time, up to 32,768; 0: the square root of their number.
    pub probes: u16,
    /// Binary HNSW: rows compared exactly for one that is wanted, 1 to 100; `ef_search` grows as much.
    pub overfetch: u16,
}

impl Default for Breadth {
    fn default() -> Self {
        Self { ef_search: 100, probes: 0, overfetch: 4 }
    }
}

impl DensePlan {
    /// The breadth of a search by the index: `hnsw.ef_search` or `ivfflat.probes`; `None` for a search that compares every row.
    pub fn breadth(self) -> Option<u16> {
        match self {
            Self::Exact => None,
            Self::Hnsw { ef_search } | Self::HnswBinary { ef_search, .. } => Some(ef_search),
            Self::Ivfflat { probes } => Some(probes),
        }
    }

    /// Settings that leave PostgreSQL no way but the model's index; none for an exact search.
    pub(super) fn settings(self) -> Option<String> {
        let breadth = match self {
            Self::Exact => return None,
            Self::Hnsw { ef_search, .. } | Self::HnswBinary { ef_search, .. } => {
                format!(
                    "SET LOCAL hnsw.ef_search = {ef_search}; SET LOCAL hnsw.iterative_scan = relaxed_order"
                )
            }
            Self::Ivfflat { probes, .. } => {
                format!(
                    "SET LOCAL ivfflat.probes = {probes}; SET LOCAL ivfflat.iterative_scan = relaxed_order"
                )
            }
        };
        Some(format!("{breadth}; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
    }
}
