//! Reads the comments on the cells of a workbook; finds the part of each sheet as the workbook names it.

use std::collections::HashMap;

use super::{
    docx_parts::relations,
    package::{Package, relations_part, resolve},
    xml::{Node, walk},
};
use crate::{extract::Collector, refusal::Refusal};

/// The usual part of the workbook.
const MAIN: &str = "xl/workbook.xml";

/// The comments of the sheets, by the names of the sheets. Those of binary workbooks are not read.
pub(super) fn read(
    package: &mut Package<'_>,
    collector: &mut Collector<'_, '_>,
) -> Result<HashMap<String, Vec<String>>, Refusal> {
    let links = relations(&package.text("_rels/.rels", collector)?.unwrap_or_default())?;
    let main = links.into_values().find(|(_, kind)| kind == "officeDocument");
    let main = main.map_or_else(|| MAIN.to_owned(), |(target, _)| resolve("", &target));
    let mut comments = HashMap::new();
    if main.rsplit('.').next() == Some("bin") {
        return Ok(comments);
    }
    for (name, part) in sheet_parts(&main, package, collector)? {
        let links = package.text(&relations_part(&part), collector)?.unwrap_or_default();
        let links = relations(&links)?;
        let Some((target, _)) = links.values().find(|(_, kind)| kind == "comments") else { continue };
        let xml = package.text(&resolve(&part, target), collector)?.unwrap_or_default();
        comments.insert(name, comment_texts(&xml)?);
    }
    Ok(comments)
}

/// The names of the sheets and their parts, in the order of the workbook.
fn sheet_parts(
    main: &str,
    package: &mut Package<'_>,
    collector: &mut Collector<'_, '_>,
) -> Result<Vec<(String, String)>, Refusal> {
    let targets = relations(&package.text(&relations_part(main), collector)?.unwrap_or_default())?;
    let workbook = package.text(main, collector)?.unwrap_or_default();
    let mut sheets = Vec::new();
    walk(&workbook, &mut |node| {
        if let Node::Start(tag) = node
            && tag.name() == "sheet"
            && let (Some(name), Some(id)) = (tag.get("name"), tag.get("id"))
            && let Some((target, _)) = targets.get(&id)
        {
            sheets.push((name, resolve(main, target)));
        }
        Ok(())
    })?;
    Ok(sheets)
}

fn comment_texts(xml: &str) -> Result<Vec<String>, Refusal> {
    let mut comments: Vec<String> = Vec::new();
    let (mut is_comment, mut is_text) = (false, false);
    walk(xml, &mut |node| {
        match node {
            Node::Start(tag) if tag.name() == "comment" => {
                comments.push(format!("Comment on {}: ", tag.get("ref").unwrap_or_default()));
                is_comment = true;
            }
            Node::Start(tag) => is_text = tag.name() == "t",
            Node::End("comment") => is_comment = false,
            Node::End(_) => is_text = false,
            Node::Text(text) if is_comment && is_text => {
                if let Some(comment) = comments.last_mut() {
                    comment.push_str(text);
                }
            }
            Node::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(comments)
}

#[cfg(test)]
mod tests {
    use crate::extract::{
        Source, sheets,
        testing::{collect, package, shown},
    };

    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    fn relationships(links: &[(&str, &str, &str)]) -> String {
        let links = links.iter().map(|(id, kind, target)| {
            format!("<Relationship Id='{id}' Type='{TYPES}/{kind}' Target='{target}'/>")
        });
        format!("<Relationships>{}</Relationships>", links.collect::<Vec<_>>().concat())
    }

    #[test]
    fn comments_stand_under_the_sheet_that_the_workbook_gives_them() {
        let sheet = |text: &str| {
            format!(
                "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>{text}</t></is></c></row></sheetData></worksheet>"
            )
        };
        let comments = |text: &str| {
            format!(
                "<comments><commentList><comment ref='A1'><text><t>{text}</t></text></comment></commentList></comments>"
            )
        };
        let bytes = package(&[
            ("[Content_Types].xml", "<Types/>"),
            ("_rels/.rels", relationships(&[("r1", "officeDocument", "xl/workbook.xml")]).as_str()),
            (
                "xl/workbook.xml",
                "<workbook xmlns:r='r'><sheets><sheet name='Chart' sheetId='1' r:id='r1'/><sheet name='A &amp; B' sheetId='4' r:id='r2'/>
                <sheet name='Second' sheetId='2' r:id='r3'/></sheets></workbook>",
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relationships(&[
                    ("r1", "chartsheet", "chartsheets/sheet1.xml"),
                    ("r2", "worksheet", "worksheets/sheet2.xml"),
                    ("r3", "worksheet", "/xl/worksheets/data.xml"),
                ])
                .as_str(),
            ),
            ("xl/chartsheets/sheet1.xml", "<chartsheet/>"),
            ("xl/worksheets/sheet2.xml", sheet("first").as_str()),
            ("xl/worksheets/_rels/sheet2.xml.rels", relationships(&[("r1", "comments", "../comments1.xml")]).as_str()),
            ("xl/comments1.xml", comments("on the first").as_str()),
            ("xl/worksheets/data.xml", sheet("second").as_str()),
            ("xl/worksheets/_rels/data.xml.rels", relationships(&[("r1", "comments", "../comments2.xml")]).as_str()),
            ("xl/comments2.xml", comments("on the second").as_str()),
        ]);
        assert_eq!(
            shown(&collect(|c| sheets::read(&Source::Member(&bytes), c)).unwrap().1),
            [
                "h2 [] A & B",
                "table [A & B] first",
                "paragraph [A & B] Comment on A1: on the first",
                "h2 [] Second",
                "table [Second] second",
                "paragraph [Second] Comment on A1: on the second"
            ]
        );
    }
}
