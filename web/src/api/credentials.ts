// The proof that requests carry: the tokens of a login, a key, or nothing on a server without accounts.
// A login is shared by all tabs; a key is kept for one tab only. The server sets no cookies, so no other site can use them.
import type { Tokens } from './types';

export type Credentials = { kind: 'login'; access: string; refresh: string; expiresAt: number } | { kind: 'key'; key: string };

const NAME = 'rag.credentials';
/** An access token is renewed this time before it ends, in milliseconds. */
const MARGIN_MS = 30_000;

export function load(): Credentials | undefined {
  const text = sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  try {
    return text === null ? undefined : (JSON.parse(text) as Credentials);
  } catch {
    return undefined;
  }
}

export function save(credentials: Credentials): void {
  clear();
  const storage = credentials.kind === 'key' ? sessionStorage : localStorage;
  storage.setItem(NAME, JSON.stringify(credentials));
}

export function clear(): void {
  sessionStorage.removeItem(NAME);
  localStorage.removeItem(NAME);
}

export function saveTokens(tokens: Tokens): void {
  const expiresAt = Date.now() + tokens.expires_in * 1000;
  save({ kind: 'login', access: tokens.access_token, refresh: tokens.refresh_token, expiresAt });
}

/** Runs one at a time in all tabs, because a refresh token works once. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if ('locks' in navigator) return navigator.locks.request(NAME, work) as Promise<T>;
  const next = queue.then(work, work);
  queue = next.catch(() => undefined);
  return next;
}
let queue: Promise<unknown> = Promise.resolve();

/** The secret to send. Renews a login that ends soon, or that the server has just refused with `refused`. */
export async function secret(refused?: string): Promise<string | undefined> {
  const known = load();
  if (known === undefined) return undefined;
  if (known.kind === 'key') return known.key;
  const isUsable = (login: { access: string; expiresAt: number }) =>
    login.access !== refused && login.expiresAt - MARGIN_MS > Date.now();
  if (isUsable(known)) return known.access;
  return exclusively(async () => {
    const now = load();
    if (now === undefined) return undefined;
    if (now.kind === 'key') return now.key;
    if (isUsable(now)) return now.access;
    const response = await fetch('/v1/login/refresh', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: now.refresh }),
    });
    if (response.ok) {
      const tokens = (await response.json()) as Tokens;
      saveTokens(tokens);
      return tokens.access_token;
    }
    if (response.status === 401) clear();
    return undefined;
  });
}
