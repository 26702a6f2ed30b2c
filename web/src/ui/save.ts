// Files that the user saves.
import { send } from '../api/client';

/** Saves a response of the server as a file. It is fetched, because a link cannot carry the proof, and never shown as a page. */
export async function saveResponse(url: string, name: string): Promise<void> {
  const response = await send(url, { method: 'GET' });
  saveBlob(new Blob([await response.blob()], { type: 'application/octet-stream' }), name);
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A title as the name of a file. */
export function fileName(title: string, extension: string): string {
  const name = title
    .replace(/[\p{C}\s<>:"/\\|?*]+/gu, ' ')
    .trim()
    .slice(0, 80);
  return `${name || 'document'}.${extension}`;
}
