// The original of a document: its address and its name.
import { address } from '../api/client';
import type { Document_ } from '../api/types';

/** The address of the original of a version; of the newest that searches find, without a number. */
export function contentAddress(id: string, version?: number): string {
  return version === undefined
    ? address('/v1/documents/{id}/content', { path: { id } })
    : address('/v1/documents/{id}/versions/{number}/content', { path: { id, number: String(version) } });
}

/** The name of a document's file. */
export function originalName({ source, title }: Document_): string {
  return (source ?? title).split(/[/\\]/).at(-1) || 'document';
}
