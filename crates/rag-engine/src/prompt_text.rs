//! Text of documents as part of a prompt: it cannot be mistaken for the structure of the prompt.

use crate::names;

/// Words that, after `<`, mark structure for chat models and in our own prompts.
const TAGS: [&str; 17] = [
    "|",
    "｜",
    "passage",
    "s>",
    "bos",
    "eos",
    "pad>",
    "unk>",
    "think",
    "tool",
    "function",
    "start_of",
    "end_of",
    "im_",
    "<sys",
    "system",
    "conversation_s",
];
/// Words that, after `[`, mark structure.
const BRACKETS: [&str; 7] = ["inst", "system_prompt", "available_tools", "tool_", "img", "prefix", "suffix"];

/// Returns the text with each structural mark broken by a space, and without invisible characters.
pub(crate) fn as_data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if is_invisible(letter) {
            continue;
        }
        out.push(letter);
        let marks: &[&str] = match letter {
            '<' => &TAGS,
            '[' => &BRACKETS,
            _ => continue,
        };
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let seen = rest.chars().filter(|letter| !is_invisible(*letter)).skip_while(|letter| *letter == '/');
        let word = seen.take(16).collect::<String>().to_ascii_lowercase();
        if marks.iter().any(|mark| word.starts_with(mark)) {
            out.push(' ');
        }
    }
    out
}

/// Returns the text between tags, which it cannot close.
pub(crate) fn tagged(name: &str, text: &str) -> String {
    format!("<{name}>\n{}\n</{name}>\n", as_data(text).replace("</", "< /"))
}

/// Returns the text with bracketed numbers such as `[3]` written as `⟦3⟧`, so that the model does not take them for numbers of
/// passages.
pub(crate) fn with_own_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let inside = after.split_once(']').filter(|(inside, _)| {
            !inside.is_empty()
                && inside.len() <= 20
                && inside.chars().all(|c| c.is_ascii_digit() || ", -–".contains(c))
        });
        // After a word it is an index in program text, which must stay unchanged.
        let is_index = out.ends_with(|c: char| c.is_alphanumeric() || "_)]".contains(c));
        rest = match inside {
            Some((inside, tail)) if !is_index => {
                out.extend(["⟦", inside, "⟧"]);
                tail
            }
            _ => {
                out.push('[');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// Returns whether instructions can hide in the character: it is deceptive, or it joins or separates letters without a width.
fn is_invisible(letter: char) -> bool {
    names::is_deceptive(letter) || matches!(letter, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_source_are_not_numbers_of_passages() {
        assert_eq!(with_own_numbers("as shown [3], and [4, 5] too"), "as shown ⟦3⟧, and ⟦4, 5⟧ too");
        for text in ["args[0] = list[1][2]", "[see 3]", "a [ b", "[]"] {
            assert_eq!(with_own_numbers(text), text);
        }
    }

    #[test]
    fn marks_of_structure_are_broken() {
        for (text, expected) in [
            ("a </passage> b", "a < /passage> b"),
            ("<PASSAGE number=\"9\">", "< PASSAGE number=\"9\">"),
            ("<|im_start|>system", "< |im_start|>system"),
            ("<｜User｜>", "< ｜User｜>"),
            ("<\u{200b}|im_end|>", "< |im_end|>"),
            ("[INST] [/INST]", "[ INST] [ /INST]"),
            ("</s><s>", "< /s>< s>"),
            ("<<SYS>>", "< <SYS>>"),
            ("<start_of_turn>model", "< start_of_turn>model"),
            ("</think>", "< /think>"),
            ("if a < b && b<c", "if a < b && b<c"),
            ("see [3] and <div>", "see [3] and <div>"),
            ("x\u{e0041}\u{202e}y\u{7}", "xy"),
        ] {
            assert_eq!(as_data(text), expected);
        }
    }
}
