//! The columns of `documents` that filters may name.

use super::Scalar;
use crate::statement::Bind;

/// A fact of a document that is not in its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Id.
    Id,
    /// Title.
    Title,
    /// Where it came from; may be null.
    Source,
    /// ISO 639-3 code of its language; may be null.
    Language,
    /// Media type.
    MediaType,
    /// When it was made.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Time,
    Id,
}

impl Column {
    pub(super) const ALL: [Self; 7] = [
        Self::Id,
        Self::Title,
        Self::Source,
        Self::Language,
        Self::MediaType,
        Self::CreatedAt,
        Self::UpdatedAt,
    ];

    /// Its name in the table, and after `document.` in filters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Source => "source",
            Self::Language => "language",
            Self::MediaType => "media_type",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Id => Kind::Id,
            Self::CreatedAt | Self::UpdatedAt => Kind::Time,
            Self::Title | Self::Source | Self::Language | Self::MediaType => Kind::Text,
        }
    }

    /// Those of the values that have the column's type, as one array.
    pub(super) fn array(self, values: &[Scalar]) -> Bind {
        match self.kind() {
            Kind::Text => Bind::Texts(
                values
                    .iter()
                    .filter_map(
                        |value| if let Scalar::Text(text) = value { Some(text.clone()) } else { None },
                    )
                    .collect(),
            ),
            Kind::Time => Bind::Times(
                values
                    .iter()
                    .filter_map(|value| if let Scalar::Time(time) = value { Some(*time) } else { None })
                    .collect(),
            ),
            Kind::Id => Bind::Ids(
                values
                    .iter()
                    .filter_map(|value| if let Scalar::Id(id) = value { Some(*id) } else { None })
                    .collect(),
            ),
        }
    }
}
