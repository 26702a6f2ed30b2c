//! Reads mail: the header, the body and the attachments of a message, or of every message in a mailbox.

use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

use super::{
    html,
    mailbox::{messages, unmarked},
    members::Members,
    plain,
    source::Source,
};
use crate::{block::BlockKind, decode::sniff, extract::Collector, refusal::Refusal};

/// Maximum number of messages in a mailbox.
const MAX_MESSAGES: usize = 20_000;

/// Hands the blocks of a message to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let bytes = source.bytes()?;
    let mut members = Members::default();
    add_message(&as_ascii(source, &bytes)?, &mut members, collector)?;
    members.finish(collector)
}

/// Hands the blocks of every message in a mailbox to `collector`.
pub(crate) fn read_mailbox(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let bytes = source.bytes()?;
    let bytes = as_ascii(source, &bytes)?;
    let messages = messages(&bytes);
    if messages.len() > MAX_MESSAGES {
        return Err(Refusal::too_complex(&format!("it holds more than {MAX_MESSAGES} messages")));
    }
    let is_blank = messages.is_empty();
    let mut members = Members::default();
    for (number, message) in (1..).zip(messages) {
        let read = add_message(&unmarked(message), &mut members, collector);
        read.or_else(|refusal| members.leave_out(&format!("Message {number}"), refusal))?;
    }
    if !collector.any && !is_blank {
        return Err(Refusal::broken("no message has a header"));
    }
    members.finish(collector)
}

/// The bytes, or the text in UTF-8 if they are UTF-16 or UTF-32, as some programs save messages.
fn as_ascii<'b>(source: &Source<'_>, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, [u8]>, Refusal> {
    let head = bytes.get(..4096).unwrap_or(bytes);
    if sniff::marked(head).or_else(|| sniff::wide(head)).is_some() {
        return Ok(source.text()?.into_bytes().into());
    }
    Ok(bytes.into())
}

fn add_message(
    bytes: &[u8],
    members: &mut Members,
    collector: &mut Collector<'_, '_>,
) -> Result<(), Refusal> {
    if bytes.trim_ascii().is_empty() {
        return Ok(());
    }
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Err(Refusal::broken("it has no header"));
    };
    let subject = message.subject().unwrap_or("No subject");
    collector.title(subject);
    collector.add(BlockKind::Heading { level: 1 }, subject, None)?;
    collector.add(BlockKind::Paragraph, &header(&message), None)?;
    add_body(&message, members, collector)?;
    for attachment in message.attachments() {
        let name = attachment.attachment_name().unwrap_or("attachment").to_owned();
        let content = attachment.contents();
        collector.spend(content.len())?;
        match &attachment.body {
            // Of an attached message this is its own part of the whole.
            PartType::Message(_) => members.read(&format!("{name}.eml"), content, collector)?,
            _ => members.read(&name, content, collector)?,
        }
    }
    Ok(())
}

fn header(message: &Message<'_>) -> String {
    let people = [("From", message.from()), ("To", message.to()), ("Cc", message.cc())];
    let mut lines: Vec<String> = people
        .into_iter()
        .filter_map(|(field, people)| Some(format!("{field}: {}", addresses(people?))))
        .collect();
    lines.extend(message.date().map(|date| format!("Date: {}", date.to_rfc822())));
    lines.join("\n")
}

fn addresses(people: &Address<'_>) -> String {
    let shown = people.iter().map(|person| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The plain text, unless the message has HTML only.
fn add_body(
    message: &Message<'_>,
    members: &mut Members,
    collector: &mut Collector<'_, '_>,
) -> Result<(), Refusal> {
    let has_text = message
        .text_bodies()
        .any(|part| matches!(&part.body, PartType::Text(text) if !text.trim().is_empty()));
    if has_text {
        for part in message.text_bodies() {
            match &part.body {
                PartType::Text(text) => plain::add_paragraphs(&unwrapped(text), collector)?,
                PartType::Html(text) => add_html(text, members, collector)?,
                _ => {}
            }
        }
        return Ok(());
    }
    for part in message.html_bodies() {
        if let PartType::Html(text) = &part.body {
            add_html(text, members, collector)?;
        }
    }
    if message.text_body_count() + message.html_body_count() == 0 {
        let is_encrypted = message.content_type().is_some_and(|kind| {
            kind.subtype().is_some_and(|subtype| subtype.contains("encrypted") || subtype.contains("pkcs7"))
        });
        if is_encrypted {
            members.leave_out("the body", Refusal::Encrypted)?;
        }
    }
    Ok(())
}

fn add_html(text: &str, members: &mut Members, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    match html::blocks_of(text) {
        Ok(blocks) => blocks.iter().try_for_each(|(kind, text)| collector.add(*kind, text, None)),
        Err(refusal) => members.leave_out("the body", refusal),
    }
}

/// Joins lines that were cut for `format=flowed`, which end in a blank.
fn unwrapped(text: &str) -> String {
    text.replace("\r\n", "\n").replace(" \n", " ").replace("-- \n", "--\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    const MESSAGE: &str = "From: Ada <ada@a.example>\r\nTo: bob@b.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Sat, 28 Nov 2026 10:00:00 +0000\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n\
        --y\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe caf=E9 opens.\r\n\r\n\
        --y\r\nContent-Type: text/html\r\n\r\n<p>The caf&eacute; opens.</p>\r\n--y--\r\n\
        --x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=t.csv\r\n\r\na,b\r\n1,2\r\n\
        --x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=p.png\r\n\r\niVBORw0KGgoAAAANSUhEUg==\r\n--x--\r\n";

    #[test]
    fn header_body_and_attachments_are_read_and_the_rest_named() {
        let (outline, blocks) = collect(|c| read(&Source::Member(MESSAGE.as_bytes()), c)).unwrap();
        assert_eq!(outline.title.as_deref(), Some("Grüße"));
        let text = shown(&blocks).join("\n");
        for expected in [
            "h1 [] Grüße",
            "From: Ada <ada@a.example>\nTo: bob@b.example",
            "paragraph [Grüße] The café opens.",
            "table [t.csv] a | b\n1 | 2",
            "p.png: The document has no text layer, as scans and images do",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert_eq!(text.matches("café").count(), 1);
    }

    #[test]
    fn a_forwarded_message_is_read_once() {
        let forwarded = "From: a@b.example\nSubject: Fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
            --b\nContent-Type: text/plain\n\nsee below\n--b\nContent-Type: message/rfc822\n\n\
            From: q@r.example\nSubject: inner\n\nThe berth is free.\n--b--\n";
        let (_, blocks) = collect(|c| read(&Source::Member(forwarded.as_bytes()), c)).unwrap();
        let text = shown(&blocks).join("\n");
        assert!(text.contains("see below") && text.contains("inner"), "{text}");
        assert_eq!(text.matches("The berth is free.").count(), 1, "{text}");
    }

    #[test]
    fn every_message_of_a_mailbox_is_read() {
        let message =
            "From x@a.example Sat Nov 28 10:11:12 2026\nFrom: x@a.example\nSubject: one\n\n>From here on\n\n";
        let mailbox = format!("{message}{}", message.replace("one", "two"));
        let blocks = shown(&collect(|c| read_mailbox(&Source::Member(mailbox.as_bytes()), c)).unwrap().1);
        assert!(blocks.contains(&"paragraph [two] From here on".to_owned()), "{blocks:?}");
        assert_eq!(blocks.iter().filter(|block| block.starts_with("h1")).count(), 2);
    }

    #[test]
    fn a_line_of_text_that_begins_like_an_envelope_ends_no_message() {
        let mailbox = "From x@a.example Sat Nov 28 10:11:12 2026\nFrom: x@a.example\nSubject: one\n\nDear all,\n\n\
            From next week on the office is closed.\nCall us instead.\n";
        let blocks = shown(&collect(|c| read_mailbox(&Source::Member(mailbox.as_bytes()), c)).unwrap().1);
        let last = "paragraph [one] From next week on the office is closed.\nCall us instead.";
        assert_eq!(blocks[2..], ["paragraph [one] Dear all,", last]);
    }

    #[test]
    fn a_message_without_a_header_is_named_and_the_others_are_read() {
        let envelope = "From x@a.example Sat Nov 28 10:11:12 2026\n";
        let mailbox = format!(
            "{envelope}From: x@a.example\nSubject: one\n\nThe berth is free.\n\n{envelope}no field\n"
        );
        let blocks = shown(&collect(|c| read_mailbox(&Source::Member(mailbox.as_bytes()), c)).unwrap().1);
        assert_eq!(blocks[2], "paragraph [one] The berth is free.");
        assert!(blocks[3].contains("Message 2: The document is damaged"), "{blocks:?}");
        let alone = format!("{envelope}no field\n");
        let refusal = collect(|c| read_mailbox(&Source::Member(alone.as_bytes()), c)).unwrap_err();
        assert_eq!(refusal.slug(), "broken");
    }
}
