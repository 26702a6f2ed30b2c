//! Code in Markdown: fences of blocks, and spans within a paragraph (`CommonMark` 0.31, 4.5 and 6.1).

/// A line that may open or close a code block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    /// `` ` `` or `~`.
    pub(super) sign: u8,
    /// Number of signs.
    pub(super) length: usize,
    /// Whether it may open a block: the rest of a line of backticks has none.
    pub(super) may_open: bool,
    /// Whether spaces come before the signs.
    pub(super) is_indented: bool,
    /// Whether nothing follows the signs, as at the end of a block.
    is_bare: bool,
}

impl Fence {
    /// Whether it closes a block that `length` times `sign` opened.
    pub(super) fn closes(self, sign: u8, length: usize) -> bool {
        self.is_bare && self.sign == sign && self.length >= length
    }
}

/// The fence of a line, if it has one.
pub(super) fn fence_of(line: &str) -> Option<Fence> {
    let text = line.trim_start_matches(' ');
    let sign = text.bytes().next().filter(|sign| matches!(sign, b'`' | b'~'))?;
    let rest = text.trim_start_matches(char::from(sign));
    let length = text.len() - rest.len();
    let is_fence = line.len() - text.len() < 4 && length >= 3;
    is_fence.then(|| Fence {
        sign,
        length,
        may_open: sign == b'~' || !rest.contains('`'),
        is_indented: text.len() < line.len(),
        is_bare: rest.trim_matches([' ', '\t', '\n', '\r']).is_empty(),
    })
}

/// The runs of backticks of a paragraph that close no code span so far. A later run may close one, so nothing after it is known to be code.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    /// Length of the longest one.
    longest_open: usize,
    /// Last character of the text that was passed on before.
    last: Option<char>,
}

impl Paragraph {
    /// Passes on the code span at the start of `rest`, or the backticks alone when they open none that is certain. Returns the number
    /// of bytes passed on; none when more must arrive to tell.
    pub(super) fn code_span(&mut self, rest: &str, is_end: bool, out: &mut String) -> Option<usize> {
        let run = rest.len() - rest.trim_start_matches('`').len();
        let line = rest.split('\n').next().unwrap_or_default();
        let is_whole_line = line.len() < rest.len() || is_end;
        let span = if self.longest_open == 0 { closed_span(rest, line, run) } else { None };
        let passed = match span {
            Some(end) if end < rest.len() || is_end => end,
            None if is_whole_line || (self.longest_open > 0 && run < rest.len()) => {
                self.longest_open = self.longest_open.max(run);
                run
            }
            _ => return None,
        };
        self.keep_apart(&['`'], out);
        out.push_str(rest.get(..passed)?);
        Some(passed)
    }

    /// Begins a new paragraph.
    pub(super) fn begin(&mut self) {
        self.longest_open = 0;
    }

    /// Notes how the text that was passed on ends.
    pub(super) fn note_end(&mut self, out: &str) {
        self.last = out.chars().next_back().or(self.last);
    }

    /// Adds a space before a run of backticks that one of `signs` would lengthen or escape.
    fn keep_apart(&self, signs: &[char], out: &mut String) {
        if out.chars().next_back().or(self.last).is_some_and(|last| signs.contains(&last)) {
            out.push(' ');
        }
    }

    /// Adds the text as code. Its backticks are one more than any open run, so that only its own end closes it.
    pub(super) fn push_code(&self, text: &str, out: &mut String) {
        self.keep_apart(&['`', '\\'], out);
        let ticks = "`".repeat(self.longest_open + 1);
        out.push_str(&ticks);
        out.push_str(text);
        out.push_str(&ticks);
    }
}

/// Where the span ends that `run` backticks open. A bar would end it where the line is a row of a table.
fn closed_span(rest: &str, line: &str, run: usize) -> Option<usize> {
    let mut at = run;
    loop {
        let start = at + line.get(at..)?.find('`')?;
        let after = rest.get(start..)?.trim_start_matches('`');
        let end = rest.len() - after.len();
        if end - start == run {
            return rest.get(run..start).filter(|code| !code.contains('|')).map(|_| end);
        }
        at = end;
    }
}
