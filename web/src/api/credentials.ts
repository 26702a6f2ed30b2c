// The proof that requests carry: the secret of a shared link in the address, the access token of a login, a key, or nothing on a server
// without accounts.
// The refresh token of a login is in a cookie that scripts cannot read; its access token is in memory only, shared by the open tabs.
// A key is kept for one tab.
import { bearer } from '../ui/router';
import type { Tokens } from './types';

interface Access {
  token: string;
  /** When it is renewed, in milliseconds since 1970. */
  renewAt: number;
}

/** An access token is renewed this time before it ends, in milliseconds. */
const MARGIN_MS = 30_000;
/** Time in which a browser stores the cookie of a renewal whose page was left, in milliseconds. */
const SETTLE_MS = 2_000;

/** Holds the key, in the storage of the tab. */
const KEY = 'rag.key';
/** Says that the browser has the cookie of a login, in the storage of all tabs: `HELD`, or `LEFT` if the user has signed out of it. */
const LOGIN = 'rag.login';
const HELD = 'cookie';
/** The server does not know yet that the user has signed out; only the server can delete the cookie. */
const LEFT = 'left';
/** Holds the time at which a renewal began, until it ends. */
const RENEWAL = 'rag.renewal';

// Earlier versions kept the tokens of a login here.
localStorage.removeItem('rag.credentials');

let access: Access | undefined;
const tabs = new BroadcastChannel(LOGIN);
tabs.onmessage = ({ data }: MessageEvent<Access | undefined>) => (access = data);

/** What this page signs in with; undefined if it has nothing. */
export function kindOfProof(): 'login' | 'key' | undefined {
  if (sessionStorage.getItem(KEY) !== null) return 'key';
  return isHeld() ? 'login' : undefined;
}

const isHeld = () => localStorage.getItem(LOGIN) === HELD;

/** Whether the server has still to be told that the user has signed out. */
export const isLeaving = () => localStorage.getItem(LOGIN) === LEFT;

export function keepKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

/** Keeps the tokens of a login, whose refresh token the browser has put into its cookie. */
export function keepLogin({ access_token, expires_in }: Tokens): void {
  sessionStorage.removeItem(KEY);
  localStorage.setItem(LOGIN, HELD);
  share({ token: access_token, renewAt: Date.now() + expires_in * 1000 - MARGIN_MS });
}

/** Signs out: of this page at once, and of the server as soon as it answers. */
export async function signOut(): Promise<void> {
  if (sessionStorage.getItem(KEY) !== null) return sessionStorage.removeItem(KEY);
  if (!isHeld()) return undefined;
  const token = usableToken(undefined);
  localStorage.setItem(LOGIN, LEFT);
  share(undefined);
  return finishSignOut(token);
}

/** Ends the login that the user has signed out of, if the server still has it. Throws if the server does not do it. */
export function finishSignOut(token?: string): Promise<void> {
  if (!isLeaving()) return Promise.resolve();
  return exclusively(async () => {
    if (!isLeaving()) return;
    let status = token === undefined ? 401 : await logOut(token);
    if (status === 401) {
      await settle();
      const renewed = await refresh();
      status = renewed.ok ? await logOut(((await renewed.json()) as Tokens).access_token) : renewed.status;
    }
    // A login that is refused has ended already.
    if (status === 429 || status >= 500) throw new Error(`the server answered ${status}`);
    localStorage.removeItem(LOGIN);
  });
}

async function logOut(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch('/v1/logout', { method: 'POST', headers, keepalive: true })).status;
}

function forgetLogin(): void {
  localStorage.removeItem(LOGIN);
  share(undefined);
}

function share(next: Access | undefined): void {
  access = next;
  tabs.postMessage(next);
}

/** Runs one at a time in all tabs, because a refresh token works once. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if ('locks' in navigator) return navigator.locks.request(LOGIN, work) as Promise<T>;
  const next = queue.then(work, work);
  queue = next.catch(() => undefined);
  return next;
}
let queue: Promise<unknown> = Promise.resolve();

function usableToken(refused: string | undefined): string | undefined {
  return access !== undefined && access.token !== refused && access.renewAt > Date.now() ? access.token : undefined;
}

/** The secret to send. Renews a login that ends soon, or that the server has just refused with `refused`. */
export async function secret(refused?: string): Promise<string | undefined> {
  if (bearer !== undefined) return bearer;
  const key = sessionStorage.getItem(KEY);
  if (key !== null) return key;
  const known = usableToken(refused);
  if (known !== undefined || !isHeld()) return known;
  return exclusively(async () => {
    await settle();
    // The user may have signed out, or entered a key, while this waited.
    const entered = sessionStorage.getItem(KEY);
    if (entered !== null || !isHeld()) return entered ?? undefined;
    return usableToken(refused) ?? renew();
  });
}

/** Waits for the cookie of a renewal whose page was left before it ended: the cookie before it would be refused, and the login ended. */
async function settle(): Promise<void> {
  const pause = Number(localStorage.getItem(RENEWAL) ?? 0) + SETTLE_MS - Date.now();
  if (pause > 0) await new Promise((wake) => setTimeout(wake, Math.min(pause, SETTLE_MS)));
}

async function renew(): Promise<string | undefined> {
  const response = await refresh();
  if (!isHeld()) return undefined;
  if (response.ok) keepLogin((await response.json()) as Tokens);
  else if (response.status === 401) forgetLogin();
  return access?.token;
}

/** Exchanges the cookie for the next one and an access token. */
async function refresh(): Promise<Response> {
  localStorage.setItem(RENEWAL, String(Date.now()));
  const headers = { 'content-type': 'application/json' };
  // The browser stores the next cookie even if the page is left meanwhile; the mark then stays.
  const response = await fetch('/v1/login/refresh', { method: 'POST', headers, body: '{}', keepalive: true });
  localStorage.removeItem(RENEWAL);
  return response;
}
