//! The parts of a Word document beside its text: styles, numbering, relations.

use std::collections::HashMap;

use super::xml::{Node, Tag, walk};
use crate::refusal::Refusal;

/// Maximum number of styles that a style is based on.
const MAX_BASES: usize = 10;

/// A style of paragraphs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Style {
    /// The name in English and lower case, whatever the language of Word.
    pub(crate) name: String,
    based_on: Option<String>,
    /// The outline level, counted from 0.
    pub(crate) outline: Option<usize>,
    pub(crate) list: Option<(String, usize)>,
}

/// The styles of a document by their ids.
#[derive(Debug, Default)]
pub(crate) struct Styles(HashMap<String, Style>);

impl Styles {
    pub(crate) fn parse(xml: &str) -> Result<Self, Refusal> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        walk(xml, &mut |node| {
            match node {
                Node::Start(tag) if tag.name() == "style" => {
                    open = tag.get("styleId").map(|id| (id, Style::default()));
                }
                Node::Start(tag) => {
                    if let Some((_, style)) = &mut open {
                        style.take(tag);
                    }
                }
                Node::End("style") => styles.extend(open.take()),
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self(styles))
    }

    /// The style with its facts and those of the styles it is based on.
    pub(crate) fn find(&self, id: &str) -> Style {
        let mut style = self.0.get(id).cloned().unwrap_or_default();
        if style.name.is_empty() {
            style.name = id.to_lowercase();
        }
        let mut base = style.based_on.clone();
        for _ in 0..MAX_BASES {
            let Some(found) = base.as_ref().and_then(|id| self.0.get(id)) else { break };
            style.outline = style.outline.or(found.outline).or_else(|| found.heading_level());
            style.list = style.list.or_else(|| found.list.clone());
            base.clone_from(&found.based_on);
        }
        style.outline = style.heading_level().or(style.outline);
        style
    }
}

impl Style {
    fn take(&mut self, tag: &Tag<'_>) {
        let value = || tag.get("val").unwrap_or_default();
        match tag.name() {
            "name" => self.name = value().to_lowercase(),
            "basedOn" => self.based_on = Some(value()),
            "outlineLvl" => self.outline = tag.number("val").filter(|level| *level < 9),
            "numId" => self.list = Some((value(), self.list.take().map_or(0, |(_, level)| level))),
            "ilvl" => {
                let (id, _) = self.list.take().unwrap_or_default();
                self.list = Some((id, tag.number("val").unwrap_or(0)));
            }
            _ => {}
        }
    }

    /// The outline level of the built-in headings, which is in their names.
    fn heading_level(&self) -> Option<usize> {
        if self.name == "title" {
            return Some(0);
        }
        let number = self.name.strip_prefix("heading ").or_else(|| self.name.strip_prefix("heading"))?;
        number.parse::<usize>().ok()?.checked_sub(1).filter(|level| *level < 9)
    }
}

/// A level of a numbered list.
#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    text: String,
    start: usize,
}

/// The numbered and bulleted lists of a document.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    levels: HashMap<(String, usize), Level>,
    /// The definition of each list.
    lists: HashMap<String, String>,
    /// The last number of each level of each definition.
    counters: HashMap<(String, usize), usize>,
}

impl Numbering {
    pub(crate) fn parse(xml: &str) -> Result<Self, Refusal> {
        let mut numbering = Self::default();
        let (mut definition, mut list, mut level) = (None::<String>, None::<String>, 0);
        walk(xml, &mut |node| {
            let Node::Start(tag) = node else { return Ok(()) };
            let value = || tag.get("val").unwrap_or_default();
            let place = (definition.clone().unwrap_or_default(), level);
            match tag.name() {
                "abstractNum" => definition = tag.get("abstractNumId"),
                "num" => (definition, list) = (None, tag.get("numId")),
                "abstractNumId" => {
                    if let Some(list) = &list {
                        numbering.lists.insert(list.clone(), value());
                    }
                }
                "lvl" if definition.is_some() => {
                    level = tag.number("ilvl").unwrap_or(0);
                    let level = (definition.clone().unwrap_or_default(), level);
                    numbering.levels.insert(level, Level { start: 1, ..Level::default() });
                }
                "numFmt" => numbering.change(&place, |level| level.format = value()),
                "lvlText" => numbering.change(&place, |level| level.text = value()),
                "start" => numbering.change(&place, |level| level.start = tag.number("val").unwrap_or(1)),
                _ => {}
            }
            Ok(())
        })?;
        Ok(numbering)
    }

    fn change(&mut self, place: &(String, usize), change: impl FnOnce(&mut Level)) {
        if let Some(level) = self.levels.get_mut(place) {
            change(level);
        }
    }

    /// The marker of the next item of a list, with the blank behind it; `None` for a list without markers.
    pub(crate) fn next_marker(&mut self, list: &str, level: usize) -> Option<String> {
        if list == "0" {
            return None;
        }
        let definition = self.lists.get(list).cloned().unwrap_or_else(|| list.to_owned());
        let Some(format) = self.levels.get(&(definition.clone(), level)).cloned() else {
            return Some("- ".to_owned());
        };
        let counter =
            self.counters.entry((definition.clone(), level)).or_insert(format.start.saturating_sub(1));
        *counter = counter.saturating_add(1);
        self.counters.retain(|(other, deeper), _| *other != definition || *deeper <= level);
        match format.format.as_str() {
            "bullet" => return Some("- ".to_owned()),
            "none" => return None,
            _ => {}
        }
        let mut text = format.text.clone();
        for place in 0..=level.min(8) {
            let key = (definition.clone(), place);
            let shape = self.levels.get(&key).map_or("decimal", |level| level.format.as_str());
            let number = self.counters.get(&key).copied().unwrap_or(1);
            text = text.replace(&format!("%{}", place + 1), &numeral(number, shape));
        }
        (!text.trim().is_empty()).then(|| format!("{} ", text.trim()))
    }
}

/// A number as a list shows it.
fn numeral(number: usize, format: &str) -> String {
    let letter = |first: u8| {
        let offset = u8::try_from((number.max(1) - 1) % 26).unwrap_or(0);
        char::from(first + offset).to_string()
    };
    match format {
        "lowerLetter" => letter(b'a'),
        "upperLetter" => letter(b'A'),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        _ => number.to_string(),
    }
}

fn roman(mut number: usize) -> String {
    const DIGITS: [(usize, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number > 4000 {
        return number.to_string();
    }
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while number >= value {
            text.push_str(digit);
            number -= value;
        }
    }
    text
}

/// The targets of the relations of a part, by their ids: path or address, and type.
pub(crate) fn relations(xml: &str) -> Result<HashMap<String, (String, String)>, Refusal> {
    let mut relations = HashMap::new();
    walk(xml, &mut |node| {
        if let Node::Start(tag) = node
            && tag.name() == "Relationship"
            && let (Some(id), Some(target)) = (tag.get("Id"), tag.get("Target"))
        {
            let kind = tag.get("Type").unwrap_or_default();
            relations.insert(id, (target, kind.rsplit('/').next().unwrap_or_default().to_owned()));
        }
        Ok(())
    })?;
    Ok(relations)
}

/// The texts of notes by their kind and id.
pub(crate) type Notes = HashMap<(&'static str, String), String>;

/// The texts of footnotes, endnotes or comments by element and id.
pub(crate) fn read_notes(xml: &str, element: &'static str, notes: &mut Notes) -> Result<(), Refusal> {
    let (mut open, mut text, mut is_text) = (None, String::new(), false);
    walk(xml, &mut |node| {
        match node {
            Node::Start(tag) if tag.name() == element => {
                open = tag.get("id");
                text = tag.get("author").map(|author| format!("{author}: ")).unwrap_or_default();
            }
            Node::Start(tag) => match tag.name() {
                "t" => is_text = true,
                "tab" | "br" => text.push(' '),
                _ => {}
            },
            Node::End("t") => is_text = false,
            Node::End("p") => text.push(' '),
            Node::End(name) if name == element => {
                if let Some(id) = open.take() {
                    notes.insert((element, id), std::mem::take(&mut text));
                }
            }
            Node::Text(part) if is_text => text.push_str(part),
            _ => {}
        }
        Ok(())
    })
}

/// The title in the core properties of an Office document.
pub(crate) fn title(core: &str) -> Option<String> {
    let mut title = None::<String>;
    let mut is_open = false;
    walk(core, &mut |node| {
        match node {
            Node::Start(tag) => is_open = tag.name() == "title",
            Node::End(_) => is_open = false,
            Node::Text(text) if is_open => title.get_or_insert_default().push_str(text),
            Node::Text(_) => {}
        }
        Ok(())
    })
    .ok()?;
    let generic = ["word document", "powerpoint presentation", "presentation", "document", "untitled"];
    title.filter(|title| !generic.contains(&title.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{
        Source, docx,
        testing::{collect, package, shown},
    };

    #[test]
    fn items_are_numbered_as_their_levels_say() {
        let xml = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/>
            <w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl>
            </w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>"#;
        let mut numbering = Numbering::parse(xml).unwrap();
        let markers: Vec<_> = [0, 1, 1, 0, 1].map(|level| numbering.next_marker("1", level).unwrap()).into();
        assert_eq!(markers, ["3. ", "3.i) ", "3.ii) ", "4. ", "4.i) "]);
        assert_eq!(numbering.next_marker("0", 0), None);
    }

    #[test]
    fn parts_are_found_by_the_names_that_the_document_gives_them() {
        let zip = package(&[
            (
                "word/document2.xml",
                r#"<w:document xmlns:w="w"><w:body><w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>Top</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p></w:body></w:document>"#,
            ),
            (
                "word/_rels/document2.xml.rels",
                r#"<Relationships><Relationship Id="r1" Type="x/styles" Target="styles2.xml"/><Relationship Id="r2" Type="x/footnotes" Target="/word/footnotes2.xml"/></Relationships>"#,
            ),
            (
                "word/styles2.xml",
                r#"<w:styles xmlns:w="w"><w:style w:styleId="a"><w:name w:val="heading 1"/></w:style></w:styles>"#,
            ),
            (
                "word/footnotes2.xml",
                r#"<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>"#,
            ),
        ]);
        assert_eq!(
            shown(&collect(|c| docx::read(&Source::Member(&zip), c)).unwrap().1),
            ["h1 [] Top[1]", "paragraph [Top[1]] [1] A note."]
        );
    }
}
