//! The way a question is put: whether it asks for steps to take, and which of its words say little.

/// Beginnings of questions that ask how something is done, in lower case.
const HOW_TO: &[&str] = &[
    "how do i ",
    "how do you ",
    "how do we ",
    "how can i ",
    "how can you ",
    "how can we ",
    "how can one ",
    "how to ",
    "how should i ",
    "how should we ",
    "how would i ",
    "what command ",
    "which command ",
    "what is the command ",
    "wie kann ",
    "wie mache ",
    "wie muss ",
    "welcher befehl ",
    "mit welchem befehl ",
    "comment ",
    "quelle commande ",
    "cómo ",
    "¿cómo ",
];
/// Subjects by which a question that begins with "wie" asks what somebody can do.
const SOMEBODY: &[&str] = &["ich", "man", "wir"];
/// Words that questions have and answers need not repeat, in lower case.
const LIGHT_WORDS: &str = "\
    turn switch enable activate configure command commands mean means meant happen happens happened use \
    uses used using need needs needed make makes want work works say says tell explain describe possible \
    possibly instead please support supports allow allows allowed implemented before although while during between every each all next exactly kind kinds way \
    thing things something anything without whether because bedeutet bedeuten heißt passiert brauche brauchen braucht \
    benutze benutzt mache machen macht geht gibt sagt bitte genau alle alles während obwohl weil \
    zwischen bevor signifie passe faire fait utiliser besoin peut puis-je tous toutes significa pasa \
    hacer hace usar puedo necesito";

/// Names of the sections and paragraphs that ask something or list what was not chosen, in lower case.
const OPEN_SECTIONS: &[&str] = &[
    "alternatives",
    "alternatives considered",
    "background",
    "choices",
    "considered options",
    "context",
    "frage",
    "hintergrund",
    "motivation",
    "not chosen",
    "options considered",
    "open questions",
    "problem",
    "problem statement",
    "question",
    "status",
];

/// The name of a section or paragraph ("Question. ..", "Choices: ..") that announces something other than an answer, if it begins so.
pub(super) fn open_section(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let name = text.split(['.', ':', '?']).next().unwrap_or_default().trim().to_lowercase();
    OPEN_SECTIONS.iter().copied().find(|section| *section == name)
}

/// Whether the question asks for steps to take, which commands and settings answer best.
pub(super) fn asks_how_to(question: &str) -> bool {
    let lower = question.trim().to_lowercase();
    let asks_somebody = || {
        lower.starts_with("wie ") && lower.split(|c: char| !c.is_alphabetic()).any(|w| SOMEBODY.contains(&w))
    };
    let asks_for_a_way = || lower.starts_with("how can ") && lower.contains(" be ");
    HOW_TO.iter().any(|start| lower.starts_with(start)) || asks_somebody() || asks_for_a_way()
}

/// The words of the question that say little, as they are written.
pub(super) fn light_words(question: &str) -> impl Iterator<Item = &str> {
    question
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| LIGHT_WORDS.split(' ').any(|light| light == word.to_lowercase()))
}

/// Whether the text has a word that only programs understand.
pub(super) fn names_command(text: &str) -> bool {
    identifiers(text).next().is_some()
}

/// The words of the text that only programs understand: `--force`, `server.bind`, `/v1/keys`, `RAG_HOME`.
pub(super) fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let bare = text
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',', '.', ';', ':', '?', '"', '\'', '`']));
    bare.filter(move |word| {
        let has_inner = |sign: char| {
            let mut parts = word.split(sign);
            word.contains(sign) && parts.all(|part| part.len() > 1 && part.chars().all(is_letter))
        };
        word.starts_with("--") && word.len() > 3
            || word.starts_with('/') && word.len() > 3
            || has_inner('.') && word.chars().any(char::is_alphabetic)
            || has_inner('_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_for_steps_are_recognised() {
        for question in [
            "How do I restore a backup?",
            "how to install it",
            "How can a job be cancelled?",
            "Wie richte ich das ein?",
        ] {
            assert!(asks_how_to(question), "{question}");
        }
        for question in ["How long is the notice period?", "How does it work?", "Wie lang ist die Frist?"] {
            assert!(!asks_how_to(question), "{question}");
        }
    }

    #[test]
    fn a_problem_is_no_answer() {
        for text in
            ["Question. One pool served everything.", "Choices: (a), (b).", "2. Context", "Not chosen. X."]
        {
            assert!(open_section(text).is_some(), "{text}");
        }
        for text in ["Questions are embedded at once.", "Decision. Three pools.", "The context is cut."] {
            assert_eq!(open_section(text), None, "{text}");
        }
    }

    #[test]
    fn commands_and_settings_are_recognised_in_a_sentence() {
        for text in ["Set `server.bind` first.", "Run it with --force.", "(RAG_HOME)", "see /v1/keys"] {
            assert!(names_command(&text.replace('`', "")), "{text}");
        }
        for text in ["It costs 3.50 euros.", "Come in, e.g. on Sundays.", "A well-known fact and/or not."] {
            assert!(!names_command(text), "{text}");
        }
    }

    #[test]
    fn words_of_asking_say_little() {
        assert_eq!(light_words("What do the exit codes mean?").collect::<Vec<_>>(), ["mean"]);
    }
}
