//! Properties of chunking for every document, every limit and every tokenizer.

use std::ops::Range;

use proptest::prelude::*;
use rag_text::{
    Block, BlockKind, Chunk, ChunkSettings, Chunker, PartKind, Tokenize, chunk::SEPARATOR, tokens::WordTokens,
};

/// A tokenizer with one token per visible character.
struct CharTokens;

impl Tokenize for CharTokens {
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let visible = text.char_indices().filter(|(_, c)| !c.is_whitespace());
        visible.map(|(at, c)| at..at + c.len_utf8()).collect()
    }
}

/// A tokenizer that returns one token for any text, as some do for unknown words.
struct OneToken;

impl Tokenize for OneToken {
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        std::iter::once(0..text.len()).collect()
    }
}

struct Chunked {
    stored: String,
    chunks: Vec<Chunk>,
}

fn chunked(blocks: &[Block], settings: ChunkSettings, tokenizer: &dyn Tokenize) -> Chunked {
    let mut chunker = Chunker::new(settings, tokenizer);
    let (mut stored, mut chunks) = (String::new(), Vec::new());
    for block in blocks {
        let step = chunker.push(block.clone());
        stored += &step.text;
        chunks.extend(step.chunks);
    }
    chunks.extend(chunker.finish());
    Chunked { stored, chunks }
}

fn block(kind: BlockKind, text: &str, path: &[&str]) -> Block {
    let heading_path = path.iter().map(|&heading| heading.to_owned()).collect();
    Block { kind, text: text.to_owned(), page: None, heading_path }
}

fn settings(max_tokens: usize, overlap_tokens: usize) -> ChunkSettings {
    ChunkSettings { max_tokens, overlap_tokens, reserve_tokens: 0 }
}

#[test]
fn the_parts_of_a_chunk_lie_in_its_text_and_rows_of_every_chunk_name_their_columns() {
    let rows = (0..40).map(|row| format!("\nSH-{row} | {row}0 shäres")).collect::<Vec<_>>().concat();
    let blocks = [
        block(BlockKind::Heading { level: 1 }, "Hölders", &[]),
        block(BlockKind::Paragraph, "One is here. Two is there. The table:", &["Hölders"]),
        block(BlockKind::Table, &format!("holder | shares{rows}"), &["Hölders"]),
    ];
    let Chunked { chunks, .. } = chunked(&blocks, settings(60, 10), &WordTokens);
    assert!(chunks.len() > 3);
    let mut texts = Vec::new();
    for chunk in &chunks {
        let characters: Vec<char> = chunk.text.chars().collect();
        for part in &chunk.parts {
            texts.push(characters[part.start..part.end].iter().collect::<String>());
            assert_eq!(
                part.kind == PartKind::Row,
                part.lead.as_deref() == Some("holder | shares"),
                "{part:?}"
            );
        }
    }
    assert_eq!(texts[..2], ["One is here. Two is there.", "SH-0 | 00 shäres"]);
    for row in 0..40 {
        assert!(texts.contains(&format!("SH-{row} | {row}0 shäres")), "{row}");
    }
}

fn any_block() -> impl Strategy<Value = Block> {
    let kind = prop_oneof![
        1 => (1_u8..=3).prop_map(|level| BlockKind::Heading { level }),
        5 => Just(BlockKind::Paragraph),
        1 => Just(BlockKind::ListItem),
        1 => Just(BlockKind::Code),
        1 => Just(BlockKind::Table),
    ];
    let text = prop_oneof![
        4 => "([A-Za-zé]{1,9}[,.!?]{0,1}[ \n]{1,2}){1,40}[a-z]{1,5}",
        1 => "[一二三四五六七八九十]{1,30}。[😀🎉é]{1,5}",
        1 => "\\PC{0,40}[a-z]",
        1 => "[a-z]{1,200}",
        1 => "a[ \t]{1,300}b",
    ];
    let page = proptest::option::of(1_u32..4);
    (kind, text, page).prop_map(|(kind, text, page)| Block { kind, text, page, heading_path: Vec::new() })
}

fn any_settings() -> impl Strategy<Value = ChunkSettings> {
    (1_usize..60, 0_usize..30, 0_usize..5).prop_map(|(max_tokens, overlap_tokens, reserve_tokens)| {
        ChunkSettings { max_tokens, overlap_tokens, reserve_tokens }
    })
}

fn tokenizers() -> [&'static dyn Tokenize; 3] {
    [&WordTokens, &CharTokens, &OneToken]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_chunk_is_its_part_of_the_stored_text(blocks in proptest::collection::vec(any_block(), 0..12), settings in any_settings()) {
        for tokenizer in tokenizers() {
            let Chunked { stored, chunks } = chunked(&blocks, settings, tokenizer);
            let joined: Vec<_> = blocks.iter().map(|block| block.text.as_str()).collect();
            // A long table is stored as several that each begin with its header.
            if blocks.iter().all(|block| block.kind != BlockKind::Table) {
                prop_assert_eq!(&stored, &joined.join(SEPARATOR));
            }
            let chars: Vec<char> = stored.chars().collect();
            for (n, chunk) in chunks.iter().enumerate() {
                prop_assert_eq!(usize::try_from(chunk.ordinal).unwrap(), n);
                let range = usize::try_from(chunk.start).unwrap()..usize::try_from(chunk.end).unwrap();
                prop_assert_eq!(&chars[range].iter().collect::<String>(), &chunk.text);
            }
        }
    }

    #[test]
    fn every_visible_character_is_in_a_chunk_and_chunks_are_in_order(
        blocks in proptest::collection::vec(any_block(), 0..12), settings in any_settings()
    ) {
        for tokenizer in tokenizers() {
            let Chunked { stored, chunks } = chunked(&blocks, settings, tokenizer);
            let mut covered = 0;
            for chunk in &chunks {
                let between = stored.chars().take(usize::try_from(chunk.start).unwrap()).skip(covered);
                prop_assert!(between.into_iter().all(char::is_whitespace));
                prop_assert!(usize::try_from(chunk.end).unwrap() > covered, "a chunk adds something new");
                covered = usize::try_from(chunk.end).unwrap();
            }
            prop_assert!(stored.chars().skip(covered).all(char::is_whitespace));
            prop_assert!(chunks.windows(2).all(|pair| pair[0].start < pair[1].start));
        }
    }

    #[test]
    fn no_chunk_has_too_many_tokens(blocks in proptest::collection::vec(any_block(), 0..12), settings in any_settings()) {
        for tokenizer in tokenizers() {
            let max = settings.max_tokens.saturating_sub(settings.reserve_tokens).max(1);
            for chunk in chunked(&blocks, settings, tokenizer).chunks {
                prop_assert!(usize::try_from(chunk.token_count).unwrap() <= max);
                prop_assert!(tokenizer.spans(&chunk.text).len() <= max, "{:?}", chunk.text);
                prop_assert!(chunk.text.len() <= (max + 1) * 64 * 3);
            }
        }
    }

    /// A sentence can end inside a run of characters if the script has no blanks.
    #[test]
    fn a_word_is_divided_only_when_it_is_too_long_by_itself(
        blocks in proptest::collection::vec(any_block(), 1..8), settings in any_settings()
    ) {
        let max = settings.max_tokens.saturating_sub(settings.reserve_tokens).max(1);
        let Chunked { stored, chunks } = chunked(&blocks, settings, &CharTokens);
        let chars: Vec<char> = stored.chars().collect();
        let is_blank = |at: usize| chars.get(at).is_none_or(|c| c.is_whitespace());
        for chunk in chunks {
            for edge in [usize::try_from(chunk.start).unwrap(), usize::try_from(chunk.end).unwrap()] {
                if edge > 0 && !is_blank(edge) && !is_blank(edge - 1) && chars[edge - 1] != '。' {
                    let before = (0..edge).rev().take_while(|at| !is_blank(*at)).count();
                    let after = (edge..chars.len()).take_while(|at| !is_blank(*at)).count();
                    prop_assert!(before + after > max / 2, "{:?}", chunk.text);
                }
            }
        }
    }

    #[test]
    fn the_same_document_gives_the_same_chunks(blocks in proptest::collection::vec(any_block(), 0..8), settings in any_settings()) {
        prop_assert_eq!(chunked(&blocks, settings, &WordTokens).chunks, chunked(&blocks, settings, &WordTokens).chunks);
    }

    #[test]
    fn what_follows_does_not_change_chunks_that_are_out(
        blocks in proptest::collection::vec(any_block(), 1..8), more in any_block(), settings in any_settings()
    ) {
        let mut longer = blocks.clone();
        longer.push(more);
        let all = chunked(&longer, settings, &WordTokens).chunks;
        let mut chunker = Chunker::new(settings, &WordTokens);
        let out: Vec<Chunk> = blocks.into_iter().flat_map(|block| chunker.push(block).chunks).collect();
        prop_assert_eq!(&all[..out.len()], &out[..]);
    }
}

#[test]
fn small_blocks_of_a_section_share_a_chunk_and_headings_open_one() {
    let blocks = [
        block(BlockKind::Heading { level: 1 }, "Title", &[]),
        block(BlockKind::Heading { level: 2 }, "First", &["Title"]),
        block(BlockKind::Paragraph, "One short text.", &["Title", "First"]),
        block(BlockKind::ListItem, "- a point", &["Title", "First"]),
        block(BlockKind::Heading { level: 2 }, "Second", &["Title"]),
        block(BlockKind::Paragraph, "Another text.", &["Title", "Second"]),
        block(BlockKind::Heading { level: 2 }, "Empty", &["Title"]),
    ];
    let chunks = chunked(&blocks, settings(50, 10), &WordTokens).chunks;
    let shown: Vec<_> =
        chunks.iter().map(|chunk| (chunk.heading_path.join("/"), chunk.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("Title/First".to_owned(), "Title\n\nFirst\n\nOne short text.\n\n- a point"),
            ("Title/Second".to_owned(), "Second\n\nAnother text."),
            ("Title/Empty".to_owned(), "Empty"),
        ]
    );
}

#[test]
fn chunks_end_with_sentences_and_repeat_the_last_of_them() {
    let text = "The first is here. The second\nis there. The third is gone. The fourth came back.";
    let chunks = chunked(&[block(BlockKind::Paragraph, text, &[])], settings(11, 5), &WordTokens).chunks;
    let texts: Vec<_> = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "The first is here. The second\nis there.",
            "The second\nis there. The third is gone.",
            "The third is gone. The fourth came back.",
        ]
    );
}

#[test]
fn nothing_is_repeated_across_a_heading() {
    let blocks = [
        block(BlockKind::Paragraph, "One here. Two here. Three here.", &[]),
        block(BlockKind::Heading { level: 1 }, "Next", &[]),
        block(BlockKind::Paragraph, "Four here.", &["Next"]),
    ];
    let chunks = chunked(&blocks, settings(9, 9), &WordTokens).chunks;
    assert_eq!(chunks.last().unwrap().text, "Next\n\nFour here.");
}

#[test]
fn a_heading_is_not_left_alone_by_a_long_sentence() {
    let sentence = vec!["word"; 20].join(" ");
    let blocks = [
        block(BlockKind::Heading { level: 1 }, "A heading", &[]),
        block(BlockKind::Paragraph, &sentence, &["A heading"]),
    ];
    let chunks = chunked(&blocks, settings(20, 0), &WordTokens).chunks;
    assert!(chunks[0].text.starts_with("A heading\n\nword"), "{chunks:?}");
}

#[test]
fn a_table_that_fits_is_kept_whole() {
    let table = "a | b\n1 | 2\n3 | 4";
    let blocks =
        [block(BlockKind::Paragraph, "Some words before it.", &[]), block(BlockKind::Table, table, &[])];
    let chunks = chunked(&blocks, settings(10, 0), &WordTokens).chunks;
    assert_eq!(chunks[1].text, table);
    let rows = chunked(&blocks[1..], settings(6, 0), &WordTokens).chunks;
    assert_eq!(
        rows.iter().map(|chunk| chunk.text.as_str()).collect::<Vec<_>>(),
        ["a | b\n1 | 2", "a | b\n3 | 4"]
    );
}

#[test]
fn pages_are_those_of_the_first_and_last_text() {
    let page = |text: &str, page| Block { page: Some(page), ..block(BlockKind::Paragraph, text, &[]) };
    let chunks = chunked(&[page("One.", 4), page("Two.", 5)], settings(20, 0), &WordTokens).chunks;
    assert_eq!((chunks[0].page, chunks[0].last_page), (Some(4), Some(5)));
}

#[test]
fn a_megabyte_without_a_blank_takes_linear_time_and_small_chunks() {
    let text = "x".repeat(1 << 20);
    let Chunked { chunks, .. } =
        chunked(&[block(BlockKind::Paragraph, &text, &[])], settings(100, 10), &OneToken);
    assert!(chunks.iter().all(|chunk| chunk.text.len() <= 100 * 64));
    assert_eq!(chunks.iter().map(|chunk| chunk.text.len()).sum::<usize>(), text.len());
}

#[test]
fn every_chunk_of_a_long_table_begins_with_its_column_names() {
    let rows = (0..200).map(|row| format!("\nSH-{row} | Ivo | {row}37 | 2")).collect::<Vec<_>>().concat();
    let blocks = [
        block(BlockKind::Heading { level: 1 }, "Holdings", &[]),
        block(BlockKind::Table, &format!("holder | contact | shares | votes{rows}"), &["Holdings"]),
        block(BlockKind::Paragraph, "After it.", &["Holdings"]),
    ];
    let Chunked { chunks, .. } = chunked(&blocks, settings(80, 10), &CharTokens);
    assert!(chunks.len() > 20);
    for chunk in chunks.iter().filter(|chunk| chunk.text.contains("SH-")) {
        let table = chunk.text.trim_start_matches("Holdings\n\n");
        assert!(table.starts_with("holder | contact | shares | votes\n"), "{table}");
    }
    let text: String = chunks.into_iter().map(|chunk| chunk.text).collect();
    assert!((0..200).all(|row| text.matches(&format!("SH-{row} |")).count() == 1));
}
