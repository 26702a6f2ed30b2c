//! What the analyser makes of texts: a table of cases, and laws that hold for any text.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure is the test's")]

use proptest::prelude::*;
use rag_text::analyse::{Analyser, Shape, tokens};

fn lexemes(language: &str, text: &str) -> Vec<String> {
    let analyser = Analyser::new(language).unwrap();
    analyser.words(text).into_iter().flat_map(|word| word.lexemes).collect()
}

/// Language, what a document says, what is asked for, and whether every word of the question is in the document.
const CASES: &[(&str, &str, &str, bool)] = &[
    // Codes and numbers.
    ("eng", "Ticket ORA-01555 appears", "ORA-01555", true),
    ("eng", "Ticket ORA-01555 appears", "01555", true),
    ("eng", "Ticket ORA-01555 appears", "ora 01555", true),
    ("eng", "Ticket ORA-01555 appears", "ORA01555", true),
    ("eng", "Ticket ORA-01555 appears", "ORA-01556", false),
    ("eng", "number SKU-88213 and", "SKU 88213", true),
    ("eng", "number SKU-88213 and", "88213", true),
    ("eng", "The advisory CVE-2031-44779 concerns", "44779", true),
    ("eng", "The advisory CVE-2031-44779 concerns", "cve-2031-44779", true),
    ("eng", "over TCP/IP networks", "TCP/IP", true),
    ("eng", "over TCP/IP networks", "tcp ip", true),
    ("eng", "over TCP/IP networks", "TCPIP", true),
    ("eng", "the login/logout page", "logout", true),
    ("eng", "write to anna.meier@firm.example today", "anna.meier@firm.example", true),
    ("eng", "write to anna.meier@firm.example today", "meier", true),
    ("eng", "write to anna.meier@firm.example today", "firm.example", true),
    ("eng", "see /etc/rag/retention.yaml for it", "retention.yaml", true),
    ("eng", "see /etc/rag/retention.yaml for it", "/etc/rag/retention.yaml", true),
    ("eng", "see C:\\Users\\anna\\notes.txt", "notes.txt", true),
    ("eng", "released as v2.10.3.", "v2.10.3", true),
    ("eng", "released as v2.10.3.", "2.10.3", true),
    ("eng", "released as v2.10.3.", "v2.1.03", false),
    ("eng", "it costs 1,250 euros", "1250", true),
    ("deu", "es kostet 1.250 Euro", "1250", true),
    ("deu", "es kostet 1.250 Euro", "1,250", true),
    ("fra", "il coûte 1\u{202f}250 euros", "1250", true),
    ("eng", "written in C++ and C#", "C++", true),
    ("eng", "written in Java and C", "C++", false),
    ("eng", "written in C#", "c#", true),
    ("eng", "the .NET runtime", ".net", true),
    ("eng", "set max_pool_size there", "max_pool_size", true),
    ("eng", "set max_pool_size there", "pool", true),
    ("eng", "set max_pool_size there", "maxPoolSize", true),
    ("eng", "call readTimeout now", "timeout", true),
    ("eng", "an e-mail came", "email", true),
    ("eng", "the U.S.A. and", "USA", true),
    // Forms of Unicode.
    ("deu", "Die Pru\u{308}fgebu\u{308}hr beträgt", "Prüfgebühr", true),
    ("fra", "Le re\u{301}sume\u{301} de la séance", "résumé", true),
    ("fra", "Le résumé de la séance", "resume", true),
    ("eng", "ＡＢＣ－１２３ ﬁnds", "abc-123", true),
    ("eng", "ﬁnding", "finding", true),
    ("deu", "Donau\u{ad}dampf\u{ad}schiff", "Donaudampfschiff", true),
    ("deu", "in der STRASSE", "Straße", true),
    ("eng", "zero\u{200b}width", "zerowidth", true),
    ("eng", "10\u{2011}year plan", "10-year", true),
    // Scripts and languages.
    ("tha", "ภาษาไทยเขียนโดยไม่มีช่องว่าง", "ภาษาไทย", true),
    ("khm", "ភាសាខ្មែរជាភាសាផ្លូវការ", "ភាសា", true),
    ("lao", "ພາສາລາວເປັນພາສາ", "ພາສາ", true),
    ("cmn", "我在东京都工作", "东京", true),
    ("jpn", "東京都はガラスの街", "ｶﾞﾗｽ", true),
    ("kor", "한국어를 공부합니다", "한국어", true),
    ("heb", "שָׁלוֹם עולם", "שלום", true),
    ("heb", "חיילי צה\"ל", "צה״ל", true),
    ("heb", "תל־אביב", "אביב", true),
    ("ara", "مُحَمَّد يكتب", "محمد", true),
    ("ara", "كتـــاب جديد", "كتاب", true),
    ("pes", "کتاب ۱۲۳۴۵", "كتاب 12345", true),
    ("ara", "ذهب أحمد إلى", "احمد", true),
    ("tur", "İSTANBUL'da", "istanbul", true),
    ("tur", "IŞIK gücü", "ışık", true),
    ("und", "DİYARBAKIR", "diyarbakır", true),
    ("vie", "Hà Nội là thủ đô", "Hà Nội", true),
    ("vie", "Hà Nội là thủ đô", "ha noi", true),
    ("vie", "Hà Nội là thủ đô", "Há Nội", false),
    ("rus", "зелёная ёлка", "зеленая елка", true),
    ("ell", "Η ΟΔΟΣ", "οδός", true),
    ("hin", "हिन्दी भाषा", "हिन्दी", true),
    ("deu", "Donau-Dampfschiff", "Donaudampfschiff", true),
    ("deu", "die Häuser", "Haus", true),
    ("eng", "the engines were started", "starting engine", true),
    ("rus", "сервер databases", "database", true),
    ("eng", "shipped 🚀 today", "🚀", true),
    ("eng", "a family 👩‍👩‍👧 here", "👧", true),
    ("eng", "thumbs 👍🏽 up", "👍", true),
    ("eng", "in 🇩🇪 only", "🇩🇪", true),
    ("eng", "in 🇩🇪 only", "🇫🇷", false),
];

#[test]
fn what_is_asked_for_is_found_however_it_is_written() {
    for (language, document, question, is_found) in CASES {
        let held = lexemes(language, document);
        let asked = lexemes(language, question);
        let holds = !asked.is_empty() && asked.iter().all(|lexeme| held.contains(lexeme));
        // A number in groups has parts that the plain number lacks, and a compound written as one has none: one word is enough.
        let is_one = tokens(question).iter().any(|token| token.shape == Shape::Whole)
            && Analyser::new(language).unwrap().words(question).iter().any(|word| {
                word.token.shape == Shape::Whole && word.lexemes.iter().all(|lexeme| held.contains(lexeme))
            });
        assert_eq!(holds || is_one, *is_found, "{question} in {document}: {asked:?} in {held:?}");
    }
}

#[test]
fn a_compound_stands_at_the_place_of_its_first_part() {
    let found: Vec<(String, u32, u32)> = tokens("See ORA-01555 now")
        .into_iter()
        .map(|token| (token.surface, token.position, token.span))
        .collect();
    let expected = [("See", 1, 1), ("ORA", 2, 1), ("01555", 3, 1), ("ORA01555", 2, 2), ("now", 4, 1)];
    assert_eq!(found, expected.map(|(surface, position, span)| (surface.to_owned(), position, span)));
}

#[test]
fn identifiers_are_told_from_words_and_quantities() {
    let named = |text: &str| tokens(text).iter().any(|token| token.is_identifier);
    for text in [
        "ORA-01555",
        "SKU88213",
        "anna@firm.example",
        "retention.yaml",
        "v2.10.3",
        "max_pool",
        "CVE-2031-44779",
        "TCK-07",
        "ticket 48213",
        "10.0.0.12",
    ] {
        assert!(named(text), "{text}");
    }
    for text in [
        "well-known",
        "in 1998",
        "1,250",
        "3.14",
        "TCP/IP",
        "e.g. this",
        "U.S.",
        "p53",
        "C++",
        "IL-6",
        "5 of 12",
        "2.000.000",
    ] {
        assert!(!named(text), "{text}");
    }
}

#[test]
fn function_words_are_left_out_and_keep_their_place() {
    let places: Vec<u32> = Analyser::new("eng")
        .unwrap()
        .words("the rose of the house")
        .iter()
        .map(|word| word.token.position)
        .collect();
    assert_eq!(places, [2, 5]);
    assert!(lexemes("deu", "und die der das").is_empty());
    assert_eq!(lexemes("eng", "vitamin D was won"), ["vitamin", "d", "won"]);
}

#[test]
fn a_language_is_known_by_its_code_and_by_postgresql_s_name() {
    for (name, code) in [("english", "eng"), ("deu", "deu"), ("simple", "und"), ("xyz", "und")] {
        assert_eq!(Analyser::new(name).unwrap().code(), code);
    }
}

/// Text of many scripts, signs and invisible characters.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        "[a-zA-Z0-9._/@:+#&,'-]{0,12}",
        "[ก-๙ກ-ໝក-៹က-႟]{0,10}",
        "[一-龥ぁ-ヿ가-힣\u{3099}]{0,8}",
        "[א-ת\u{591}-\u{5c7}\"״'ء-ي\u{640}-\u{652}]{0,10}",
        "[\u{ad}\u{200b}-\u{200f}\u{fe0f}\u{1f3fb}👍🇩🇪👩 ]{0,6}",
        "[A-Za-zÀ-ỹ\u{300}-\u{345}]{0,10}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_point_into_the_text(text in any_text()) {
        let mut place = 0;
        for token in tokens(&text) {
            prop_assert!(text.get(token.range.clone()).is_some_and(|piece| !piece.is_empty()));
            prop_assert!(!token.surface.is_empty() && token.span >= 1);
            if token.shape != Shape::Whole {
                place += 1;
                prop_assert_eq!(token.position, place);
            }
            prop_assert!(token.position + token.span <= place + 1);
        }
    }

    #[test]
    fn any_text_is_analysed_by_every_language(text in any_text()) {
        for language in ["ara", "deu", "ell", "eng", "fra", "heb", "hin", "nld", "rus", "tam", "tur", "und", "vie", "yid"] {
            for lexeme in lexemes(language, &text) {
                prop_assert!(!lexeme.is_empty() && !lexeme.contains(['\'', '\\', ' ', '\0']), "{lexeme:?}");
            }
        }
    }

    #[test]
    fn a_token_by_itself_is_written_as_it_was_in_the_text(words in prop::collection::vec("[\\p{Latin}\\p{Greek}\\p{Cyrillic}]{1,8}", 1..6)) {
        let text = words.join(" ");
        for token in tokens(&text).into_iter().filter(|token| token.span == 1 && token.shape == Shape::Word) {
            let again = tokens(&token.surface);
            prop_assert!(again.iter().any(|one| one.surface == token.surface), "{token:?} {again:?}");
        }
    }
}
