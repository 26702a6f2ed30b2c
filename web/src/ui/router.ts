// Addresses within the page, in the fragment: `#/documents/ID?start=3`. Fragments, and the tokens of invitations in them, are not sent to the server.
import { createStore, useStore } from './store';

export interface Place {
  /** Parts of the path, decoded. */
  parts: string[];
  query: URLSearchParams;
}

/**
 * The secret of the shared link by which this page was opened; undefined without one. It begins the address of each screen,
 * `#/link/SECRET/documents/ID`, so that the browser keeps it nowhere else.
 */
export const bearer = readBearer();
const base = bearer === undefined ? [] : ['link', bearer];
const place = createStore(readPlace());

function readBearer(): string | undefined {
  const [first, secret = ''] = readAddress().parts;
  return first === 'link' ? secret : undefined;
}

function readPlace(): Place {
  const { parts, query } = readAddress();
  return { parts: parts.slice(base.length), query };
}

function readAddress(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// What one bearer has loaded is not for the next one.
addEventListener('hashchange', () => (readBearer() === bearer ? place.set(readPlace()) : location.reload()));

export function usePlace(): Place {
  return useStore(place);
}

export function link(...parts: string[]): string {
  return `#/${[...base, ...parts].map(encodeURIComponent).join('/')}`;
}

export function goTo(...parts: string[]): void {
  location.hash = link(...parts);
}

/** Changes the address without a new entry in the history. */
export function replacePlace(...parts: string[]): void {
  history.replaceState(null, '', link(...parts));
  place.set(readPlace());
}
