//! Patterns of `$regex`: the part of Rust's syntax that PostgreSQL's engine matches in time linear in the text, put into its words.

use regex_syntax::ast::{
    AssertionKind, Ast, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, ErrorKind,
    GroupKind, Repetition, RepetitionKind, RepetitionRange, parse::ParserBuilder,
};

/// Characters of a pattern.
const MAX_CHARS: usize = 200;
/// Groups within groups.
const MAX_NESTING: u32 = 20;
/// PostgreSQL's own limit of a counted repetition.
const MAX_COUNT: u32 = 255;
/// Characters and classes once all counted repetitions are written out, so that PostgreSQL's automaton stays small.
const MAX_SIZE: u32 = 1_000;

/// A pattern that PostgreSQL accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    posix: String,
}

/// What a part of a pattern costs.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Characters and classes, counted repetitions written out.
    size: u32,
    /// Whether nothing at all is a match.
    may_be_empty: bool,
}

/// Why a pattern is refused, and what to do.
type Refusal = String;

impl Pattern {
    pub(super) fn parse(source: &str) -> Result<Self, Refusal> {
        if source.chars().nth(MAX_CHARS).is_some() {
            return Err(format!("the pattern is longer than {MAX_CHARS} characters: shorten it"));
        }
        let ast = ParserBuilder::new().nest_limit(MAX_NESTING).build().parse(source).map_err(|error| {
            let advice = match error.kind() {
                ErrorKind::UnsupportedBackreference | ErrorKind::UnsupportedLookAround => "leave them out",
                _ => "mend it, and put \\ before characters meant as such",
            };
            format!("not a pattern, {} at character {}: {advice}", error.kind(), error.span().start.column)
        })?;
        let mut posix = String::new();
        if write(&ast, &mut posix)?.size > MAX_SIZE {
            return Err(format!(
                "the pattern repeats more than {MAX_SIZE} characters and classes: count less, or use *"
            ));
        }
        Ok(Self { source: source.to_owned(), posix })
    }

    /// The pattern as it was given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The pattern as PostgreSQL reads it, under the collation "C".
    pub(super) fn posix(&self) -> &str {
        &self.posix
    }
}

/// Writes the pattern for PostgreSQL.
fn write(ast: &Ast, out: &mut String) -> Result<Shape, Refusal> {
    match ast {
        Ast::Literal(literal) => push_literal(literal.c, out)?,
        // A dot of PostgreSQL takes line ends too.
        Ast::Dot(_) => out.push_str("[^\n]"),
        Ast::Assertion(assertion) => out.push_str(match assertion.kind {
            AssertionKind::StartLine | AssertionKind::StartText => "^",
            AssertionKind::EndLine | AssertionKind::EndText => "$",
            AssertionKind::WordBoundary => "\\y",
            _ => return Err(refused("this kind of boundary", "use ^, $ or \\b")),
        }),
        Ast::ClassPerl(class) => {
            out.push_str(if class.negated { "[^" } else { "[" });
            push_members(class, out);
            out.push(']');
        }
        Ast::ClassBracketed(class) => write_brackets(class, out)?,
        Ast::Repetition(repetition) => return write_repetition(repetition, out),
        Ast::Group(group) => {
            if matches!(&group.kind, GroupKind::NonCapturing(flags) if !flags.items.is_empty()) {
                return Err(refused("a flag", "write classes such as [Aa]"));
            }
            out.push_str("(?:");
            let shape = write(&group.ast, out)?;
            out.push(')');
            return Ok(shape);
        }
        Ast::Concat(concat) => {
            let shapes = write_all(&concat.asts, "", out)?;
            return Ok(Shape {
                size: sum(&shapes),
                may_be_empty: shapes.iter().all(|part| part.may_be_empty),
            });
        }
        Ast::Alternation(alternation) => {
            let shapes = write_all(&alternation.asts, "|", out)?;
            return Ok(Shape {
                size: sum(&shapes),
                may_be_empty: shapes.iter().any(|part| part.may_be_empty),
            });
        }
        Ast::Empty(_) => return Err(refused("an empty part", "use ? or *")),
        Ast::Flags(_) => return Err(refused("a flag", "write classes such as [Aa]")),
        Ast::ClassUnicode(_) => return Err(refused("\\p", "list the characters in brackets")),
    }
    Ok(Shape { size: 1, may_be_empty: matches!(ast, Ast::Assertion(_)) })
}

fn refused(what: &str, instead: &str) -> Refusal {
    format!("{what} is not supported in patterns: {instead}")
}

fn write_all(parts: &[Ast], between: &str, out: &mut String) -> Result<Vec<Shape>, Refusal> {
    let write_part = |(n, part): (usize, &Ast)| {
        out.push_str(if n > 0 { between } else { "" });
        write(part, out)
    };
    parts.iter().enumerate().map(write_part).collect()
}

fn sum(shapes: &[Shape]) -> u32 {
    shapes.iter().fold(0, |sum, shape| sum.saturating_add(shape.size))
}

/// Whether a repetition is greedy changes where a match ends, not whether there is one.
fn write_repetition(repetition: &Repetition, out: &mut String) -> Result<Shape, Refusal> {
    if matches!(*repetition.ast, Ast::Repetition(_) | Ast::Assertion(_)) {
        return Err(refused("repeating a repetition or a boundary", "leave one out"));
    }
    let part = write(&repetition.ast, out)?;
    let (least, most) = match &repetition.op.kind {
        RepetitionKind::ZeroOrOne => (0, Some(1)),
        RepetitionKind::ZeroOrMore => (0, None),
        RepetitionKind::OneOrMore => (1, None),
        RepetitionKind::Range(RepetitionRange::Exactly(count)) => (*count, Some(*count)),
        RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (*least, None),
        RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, Some(*most)),
    };
    if least.max(most.unwrap_or(0)) > MAX_COUNT {
        return Err(format!("a part of a pattern repeats at most {MAX_COUNT} times: count less, or use *"));
    }
    // Writing this out costs PostgreSQL the square of its size and more: 15 s for 800 characters.
    if part.may_be_empty && matches!(repetition.op.kind, RepetitionKind::Range(_)) {
        return Err(refused("counting a part that may be empty", "use * without a count"));
    }
    let count = most.map_or_else(|| format!("{{{least},}}"), |most| format!("{{{least},{most}}}"));
    out.push_str(&count);
    Ok(Shape {
        size: part.size.saturating_mul(most.unwrap_or(least).max(1)),
        may_be_empty: least == 0 || part.may_be_empty,
    })
}

fn write_brackets(class: &ClassBracketed, out: &mut String) -> Result<(), Refusal> {
    let ClassSet::Item(item) = &class.kind else {
        return Err(refused("an operation on classes", "list the characters in brackets"));
    };
    out.push_str(if class.negated { "[^" } else { "[" });
    write_item(item, out)?;
    out.push(']');
    Ok(())
}

fn write_item(item: &ClassSetItem, out: &mut String) -> Result<(), Refusal> {
    match item {
        ClassSetItem::Literal(literal) => push_literal(literal.c, out),
        ClassSetItem::Range(range) => {
            push_literal(range.start.c, out)?;
            out.push('-');
            push_literal(range.end.c, out)
        }
        ClassSetItem::Perl(class) if !class.negated => {
            push_members(class, out);
            Ok(())
        }
        ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| write_item(item, out)),
        _ => Err(refused("a class within brackets", "list the characters, or use \\d, \\w or \\s")),
    }
}

fn push_members(class: &ClassPerl, out: &mut String) {
    out.push_str(match class.kind {
        ClassPerlKind::Digit => "0-9",
        ClassPerlKind::Word => "0-9A-Za-z_",
        ClassPerlKind::Space => "\t\n\u{b}\u{c}\r ",
    });
}

fn push_literal(c: char, out: &mut String) -> Result<(), Refusal> {
    if c == '\0' {
        return Err("the pattern holds a NUL character, which nothing stored can: leave it out".to_owned());
    }
    if c.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(c);
    Ok(())
}
