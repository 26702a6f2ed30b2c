//! Reads notebooks: Markdown cells as Markdown, program text and text outputs verbatim.

use serde::Deserialize;
use serde_json::Value;

use super::{markdown, source::Source};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Maximum length of an output that is kept, in bytes.
const MAX_OUTPUT_BYTES: usize = 16 * 1024;

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<Cell>,
    /// The cells of format 3.
    #[serde(default)]
    worksheets: Vec<Worksheet>,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(default, rename = "cell_type")]
    kind: String,
    #[serde(default, alias = "input")]
    source: Lines,
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    text: Lines,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    evalue: String,
}

/// Text as one string or as a list of lines.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Lines {
    One(String),
    Many(Vec<String>),
    Other(serde::de::IgnoredAny),
    #[default]
    None,
}

impl Lines {
    fn join(self) -> String {
        match self {
            Self::One(text) => text,
            Self::Many(lines) => lines.concat(),
            Self::Other(_) | Self::None => String::new(),
        }
    }
}

/// Hands the blocks of a notebook to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let notebook: Notebook = serde_json::from_str(&source.text()?).map_err(Refusal::broken)?;
    let older = notebook.worksheets.into_iter().flat_map(|sheet| sheet.cells);
    for cell in notebook.cells.into_iter().chain(older) {
        let text = cell.source.join();
        match cell.kind.as_str() {
            "markdown" => markdown::extract(&text, collector)?,
            "heading" => collector.add(BlockKind::Heading { level: 1 }, &text, None)?,
            "code" => collector.add(BlockKind::Code, &text, None)?,
            _ => collector.add(BlockKind::Paragraph, &text, None)?,
        }
        for output in cell.outputs {
            collector.add(BlockKind::Code, &output.join(), None)?;
        }
    }
    Ok(())
}

impl Output {
    fn join(self) -> String {
        let plain =
            self.data.get("text/plain").cloned().and_then(|text| serde_json::from_value::<Lines>(text).ok());
        let text = [self.text.join(), plain.map(Lines::join).unwrap_or_default(), self.evalue].concat();
        let end = text.floor_char_boundary(MAX_OUTPUT_BYTES);
        text.get(..end).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    #[test]
    fn cells_and_text_outputs_are_read_in_order() {
        let json = r##"{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["# Top\n", "text"]},
            {"cell_type": "code", "source": "print(1)", "outputs": [{"output_type": "stream", "text": ["1\n"]},
            {"data": {"image/png": "AAAA", "text/plain": ["<Figure>"]}}]}]}"##;
        assert_eq!(
            shown(&collect(|c| read(&Source::Member(json.as_bytes()), c)).unwrap().1),
            [
                "h1 [] Top",
                "paragraph [Top] text",
                "code [Top] print(1)",
                "code [Top] 1",
                "code [Top] <Figure>"
            ]
        );
    }
}
