//! Files that have no collection yet.

use diesel::prelude::*;
use rag_schema::{
    ids::{FileId, JobId},
    models::{File, NewFile},
    schema::{file_parts, files},
};

use crate::{Page, RepoResult, error::changed};

/// Inserts a file that has no bytes yet.
pub fn insert(conn: &mut PgConnection, new: &NewFile<'_>) -> RepoResult<File> {
    Ok(diesel::insert_into(files::table).values(new).returning(File::as_returning()).get_result(conn)?)
}

/// Stores part `part` of a file's bytes, at most 1 MiB of them.
pub fn insert_part(conn: &mut PgConnection, file: &File, part: i32, bytes: &[u8]) -> RepoResult<()> {
    diesel::insert_into(file_parts::table)
        .values((
            file_parts::file_id.eq(file.id),
            file_parts::user_id.eq(file.user_id),
            file_parts::part.eq(part),
            file_parts::bytes.eq(bytes),
        ))
        .execute(conn)?;
    Ok(())
}

/// The file.
pub fn find(conn: &mut PgConnection, id: FileId) -> RepoResult<File> {
    Ok(files::table.find(id).select(File::as_select()).first(conn)?)
}

/// Files, newest first.
pub fn list(conn: &mut PgConnection, page: Page) -> RepoResult<Vec<File>> {
    let mut query =
        files::table.select(File::as_select()).order(files::id.desc()).limit(page.limit).into_boxed();
    if let Some(after) = page.after {
        query = query.filter(files::id.lt(FileId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Part `part` of a file's bytes; `None` past the end.
pub fn part(conn: &mut PgConnection, id: FileId, part: i32) -> RepoResult<Option<Vec<u8>>> {
    Ok(file_parts::table.find((id, part)).select(file_parts::bytes).first(conn).optional()?)
}

/// Notes the job that reads the file into a collection.
pub fn set_job(conn: &mut PgConnection, id: FileId, job: JobId) -> RepoResult<()> {
    changed(diesel::update(files::table.find(id)).set(files::job_id.eq(job)).execute(conn)?)
}

/// Deletes the file. Documents that were made of it stay.
pub fn delete(conn: &mut PgConnection, id: FileId) -> RepoResult<()> {
    changed(diesel::delete(files::table.find(id)).execute(conn)?)
}
