//! How blocks are divided into parts.

use super::*;

/// The parts of blocks as `kind: lead > text`.
fn shown(blocks: &[(BlockKind, &str)]) -> Vec<String> {
    let mut divider = Divider::default();
    let mut shown = Vec::new();
    for (kind, text) in blocks {
        for part in divider.divide(*kind, text) {
            let lead = part.lead.map(|lead| format!("{lead} > ")).unwrap_or_default();
            shown.push(format!("{:?}: {lead}{}", part.kind, &text[part.bytes]));
        }
    }
    shown
}

use BlockKind::{Code, ListItem, Paragraph, Record, Table};

#[test]
fn the_vector_of_program_text_covers_the_lead_in_right_before_it() {
    let part = |start, end, kind| Part { start, end, kind, page: None, lead: Some("Séance:".into()) };
    let text = "One. Séance:\n\nrun it";
    assert_eq!(part(14, 20, PartKind::Code).vector_range(text), 5..20);
    assert_eq!(part(14, 20, PartKind::Item).vector_range(text), 14..20);
    assert_eq!(part(18, 20, PartKind::Code).vector_range(text), 18..20);
}

#[test]
fn questions_and_lead_ins_are_no_parts_but_lead_the_text_after_them() {
    assert_eq!(
        shown(&[
            (BlockKind::Heading { level: 2 }, "How long is the notice period?"),
            (Paragraph, "Three months. No less."),
            (Paragraph, "## Deposit"),
            (Paragraph, "250 euros."),
            (Paragraph, "To install it:"),
            (ListItem, "1. Unpack it."),
            (ListItem, "2. Run it."),
            (Paragraph, "That is all."),
        ]),
        [
            "Sentence: How long is the notice period? > Three months. No less.",
            "Sentence: 250 euros.",
            "Item: To install it: > Unpack it.",
            "Item: To install it: > Run it.",
            "Sentence: That is all.",
        ]
    );
}

#[test]
fn a_question_within_a_paragraph_leads_the_rest_of_it() {
    assert_eq!(
        shown(&[(Paragraph, "Q: Can I cancel? A: Yes, in the portal.")]),
        ["Sentence: Q: Can I cancel? > A: Yes, in the portal."]
    );
}

#[test]
fn rows_carry_their_column_names_and_code_keeps_its_lines() {
    assert_eq!(
        shown(&[(Table, "holder | shares\nSH-1 | 10\nSH-2 | 20"), (Code, "fn main() {\n    run();\n}\n")]),
        [
            "Row: holder | shares > SH-1 | 10",
            "Row: holder | shares > SH-2 | 20",
            "Code: fn main() {\n    run();\n}"
        ]
    );
}

#[test]
fn a_long_row_is_divided_into_sentences_that_its_first_cell_leads() {
    let long = "A filter is bounded. ".repeat(25);
    let row = format!("threat | countermeasure\nexhaustion | {long}| yes");
    let parts = shown(&[(Table, &row)]);
    assert_eq!((parts.len(), parts[0].as_str()), (26, "Cell: exhaustion > A filter is bounded."));
    assert_eq!(parts[25], "Cell: exhaustion > yes");
    let clauses = "keys expire; ".repeat(20) + "tokens last 15 minutes. Bye";
    let parts = shown(&[(Table, &format!("threat | state | countermeasure\na leak | open | {clauses}"))]);
    assert_eq!(parts[0], "Cell: a leak, state > open");
    assert_eq!(parts[1], "Cell: a leak, countermeasure > keys expire");
    assert_eq!(
        parts[21..],
        ["Cell: a leak, countermeasure > tokens last 15 minutes.", "Cell: a leak, countermeasure > Bye"]
    );
}

#[test]
fn a_row_is_led_by_the_names_of_the_first_columns_of_a_long_header() {
    let header = vec!["a long name"; 40].join(" | ");
    let parts = shown(&[(Table, &format!("{header}\na | b"))]);
    let lead = parts[0].strip_prefix("Row: ").unwrap().strip_suffix(" > a | b").unwrap();
    assert_eq!(lead, vec!["a long name"; 21].join(" | "));
    assert_eq!(shown(&[(Table, &format!("{}\na", "n".repeat(400)))]), ["Row: a"]);
    let row = format!("a | {}| c", "A filter is bounded. ".repeat(25));
    let parts = shown(&[(Table, &format!("key | {} | last\n{row}", "n".repeat(400)))]);
    assert_eq!(
        (parts[0].as_str(), parts[25].as_str()),
        ("Cell: a > A filter is bounded.", "Cell: a, last > c")
    );
}

#[test]
fn the_leads_of_short_parts_are_a_small_multiple_of_the_text() {
    let long = "a name of a column ".repeat(15);
    let wide = vec!["a name of a column"; 800].join(" | ");
    let clauses = "yes; ".repeat(10_000);
    let mut items = vec![(Paragraph, format!("{}:", long.trim_end()))];
    items.extend(vec![(ListItem, "- a".to_owned()); 20_000]);
    let cases = [
        vec![(Table, format!("{wide}\n{}", "a\n".repeat(8000))); 5],
        vec![(Table, format!("{}\n{}", long.trim_end(), "a\n".repeat(20_000))); 5],
        vec![(Table, format!("key | {} | {wide}\nx | {clauses} | {clauses}", "n".repeat(20_000))); 5],
        vec![(Paragraph, format!("Is it {long}? {}", "It is. ".repeat(5000))); 5],
        items,
    ];
    for blocks in cases {
        let mut divider = Divider::default();
        let (mut text_bytes, mut lead_bytes, mut count) = (0, 0, 0);
        for (kind, text) in &blocks {
            let parts = divider.divide(*kind, text);
            let leads: Vec<usize> = parts.iter().filter_map(|part| Some(part.lead.as_ref()?.len())).collect();
            assert!(leads.iter().all(|bytes| *bytes <= MAX_LEAD_BYTES));
            text_bytes += text.len();
            lead_bytes += leads.iter().sum::<usize>();
            count += parts.len();
        }
        assert!(count > 10_000, "{count} parts");
        assert!(
            lead_bytes <= MAX_LEAD_MULTIPLE * text_bytes + FREE_LEAD_BYTES,
            "{lead_bytes} of {text_bytes}"
        );
    }
}

#[test]
fn a_title_that_runs_into_its_text_is_no_part_of_its_own() {
    assert_eq!(
        shown(&[(Paragraph, "Backups. They are made at night. They are kept.")]),
        ["Sentence: Backups. They are made at night.", "Sentence: They are kept."]
    );
}

#[test]
fn a_session_is_divided_at_its_prompts_and_commented_commands_by_line() {
    assert_eq!(
        shown(&[
            (Code, "$ rag backup a\nsaved\n$ rag restore a\n"),
            (Code, "make setup   # installs\nmake run     # starts"),
            (Code, "x = f()\n# done\ny()"),
        ]),
        [
            "Code: $ rag backup a\nsaved",
            "Code: $ rag restore a",
            "Code: make setup   # installs",
            "Code: make run     # starts",
            "Code: x = f()\n# done\ny()",
        ]
    );
}

#[test]
fn settings_are_divided_by_line_with_their_comments() {
    assert_eq!(
        shown(&[(
            Code,
            "[server]\n# Where it listens.\n# Loopback only.\nbind = \"127.0.0.1\"\nport: 8080\n"
        )]),
        [
            "Setting: [server] > # Where it listens.\n# Loopback only.\nbind = \"127.0.0.1\"",
            "Setting: [server] > port: 8080"
        ]
    );
    assert_eq!(shown(&[(Paragraph, "Note: this is prose.")]), ["Sentence: Note: this is prose."]);
    assert_eq!(shown(&[(Code, "let a = 1;\nrun(a);")]), ["Code: let a = 1;\nrun(a);"]);
}

#[test]
fn a_short_record_is_one_part_and_a_long_one_is_divided_into_its_lines() {
    let record = "name: Bob\nrole: CFO\noffice: Oslo";
    assert_eq!(shown(&[(Record, record)]), [format!("Row: {record}")]);
    let long = format!("port: 8080\nhost: {}", "x".repeat(300));
    assert_eq!(
        shown(&[(Record, &long)]),
        ["Setting: port: 8080".to_owned(), format!("Setting: {}", &long[11..])]
    );
    // Settings of a person stay apart, however few they are.
    assert_eq!(shown(&[(Paragraph, "port: 8080\nhost: x")]), ["Setting: port: 8080", "Setting: host: x"]);
}

#[test]
fn each_entry_of_a_log_is_a_part_with_the_lines_that_follow_it() {
    let log = "2026-11-30T02:41:25Z INFO server: started on port 8080\n\
               2026-11-30T02:42:07Z ERROR kernel: Out of memory: Killed process 4242 (indexer)\n  at allocate\n\
               2026-11-30T02:43:00Z WARN server: slow request";
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(
        shown(&[(Paragraph, log)]),
        [
            format!("Row: {}", lines[0]),
            format!("Row: {}\n  at allocate", lines[1]),
            format!("Row: {}", lines[3])
        ]
    );
    for begin in [
        "Nov 30 02:41:25 host",
        "Nov  3 02:41:25 host",
        "[12.345678]",
        "[INFO]",
        "ERROR",
        "02:41:25",
        "<2026-11-30 02:41>",
    ] {
        let log = format!("{begin} one. Two.\n{begin} three");
        assert_eq!(shown(&[(Paragraph, &log)]).len(), 2, "{log}");
    }
    for prose in [
        "ERROR is a word. It is prose\nof two lines.",
        "2026-11-30 was a Monday.\n2026-12-01 was not.",
        "Nov 30 was.\nMay be.",
    ] {
        assert!(shown(&[(Paragraph, prose)])[0].starts_with("Sentence"), "{prose}");
    }
}

#[test]
fn the_parts_of_a_stored_text_are_found_again() {
    let text = "Fées\n\nDépôt?\n\nC’est 250 €. Oui.\n\n- one\n\na | b\n1 | 2";
    let parts = parts_of_text(text, &["Fées".to_owned()], Some(3));
    let characters: Vec<char> = text.chars().collect();
    let texts: Vec<String> =
        parts.iter().map(|part| characters[part.start..part.end].iter().collect()).collect();
    assert_eq!(texts, ["C’est 250 €. Oui.", "one", "1 | 2"]);
    assert_eq!(parts[0].lead.as_deref(), Some("Dépôt?"));
    assert_eq!(parts[2].lead.as_deref(), Some("a | b"));
    assert!(parts.iter().all(|part| part.page == Some(3)));
}
