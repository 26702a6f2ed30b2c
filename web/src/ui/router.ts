// Addresses within the page, in the fragment: `#/documents/ID?start=3`. Fragments, and the tokens of invitations in them, are not sent to the server.
import { createStore, useStore } from './store';

export interface Place {
  /** Parts of the path, decoded. */
  parts: string[];
  query: URLSearchParams;
}

const place = createStore(readPlace());

function readPlace(): Place {
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

addEventListener('hashchange', () => place.set(readPlace()));

export function usePlace(): Place {
  return useStore(place);
}

export function link(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function goTo(...parts: string[]): void {
  location.hash = link(...parts);
}

/** Changes the address without a new entry in the history. */
export function replacePlace(...parts: string[]): void {
  history.replaceState(null, '', link(...parts));
  place.set(readPlace());
}
