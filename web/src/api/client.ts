// Requests to the HTTP API, typed by its OpenAPI document.
import { createStore } from '../ui/store';
import { messages } from '../messages';
import * as credentials from './credentials';
import type { paths } from './schema';
import type { Problem } from './types';

/** The server refused a request and says why. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    const fields = (problem.errors ?? []).map((field) => `${field.field} ${field.detail}`);
    super([problem.detail, ...fields].join(' '));
  }
}

/** A refusal of a field, found before the request is sent. */
export function refuseField(field: string, detail: string): ProblemError {
  return new ProblemError({
    type: 'about:blank',
    title: '',
    status: 422,
    detail: '',
    code: 'invalid',
    errors: [{ field, detail }],
  });
}

/** The server did not answer. */
export class OfflineError extends Error {
  constructor() {
    super(messages.offline.error);
  }
}

/** Whether the server answers. */
export const isOnline = createStore(true);
/** Whether the server wants a proof that this page does not have. */
export const needsSignIn = createStore(false);

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Content<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type Success<O> = O extends { responses: infer R } ? Content<R[keyof R & (200 | 201 | 202)]> : never;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never;
export type Methods<P extends keyof paths> = Method &
  { [M in keyof paths[P]]: paths[P][M] extends { responses: unknown } ? M : never }[keyof paths[P]];

export interface Options<B> {
  /** Values of the path's `{names}`. */
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: B;
  signal?: AbortSignal;
}

/** Maximum length of the body of a request that outlives its page, in characters; browsers allow 64 KiB for all of them. */
const MAX_KEPT_CHARS = 8_000;

/** Calls an operation and returns the body of its response. */
export async function call<P extends keyof paths, M extends Methods<P>>(
  method: M,
  path: P,
  options: Options<Body<paths[P][M]>> = {},
): Promise<Success<paths[P][M]>> {
  const headers = new Headers();
  let body: string | undefined;
  if (options.body !== undefined) {
    headers.set('content-type', 'application/json');
    body = JSON.stringify(options.body);
  }
  // A change that the page shows at once is also made when the page is left right after it.
  const isKept = (method === 'delete' || method === 'patch') && (body?.length ?? 0) < MAX_KEPT_CHARS;
  const init: RequestInit = { method: method.toUpperCase(), headers, keepalive: isKept };
  if (body !== undefined) init.body = body;
  if (options.signal !== undefined) init.signal = options.signal;
  const response = await send(address(path, options), init);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Success<paths[P][M]>;
}

/** The address of an operation. */
export function address(path: string, options: Pick<Options<never>, 'path' | 'query'>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(options.path?.[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}

/** Operations that sign in: their refusals say nothing about the proof of this page. */
const SIGN_INS = ['/v1/login', '/v1/invitations/accept', '/v1/password-reset'];

/** Sends a request with the proof; a refusal is thrown as a `ProblemError`. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  let secret = await attempt(() => credentials.secret());
  let response = await attempt(() => fetch(url, authorized(init, secret)));
  if (response.status === 401 && secret !== undefined) {
    const refused = secret;
    secret = await attempt(() => credentials.secret(refused));
    if (secret !== undefined && secret !== refused) response = await attempt(() => fetch(url, authorized(init, secret)));
  }
  isOnline.set(true);
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (response.status === 401 && !SIGN_INS.some((path) => url.startsWith(path))) needsSignIn.set(true);
  throw new ProblemError(problem);
}

/** Signs out: of this page at once, and of the server as soon as it answers. */
export const signOut = (): Promise<void> => attempt(() => credentials.signOut());

/** Ends a login on the server that the user signed out of while the server was away. */
export const endLeftLogin = (): Promise<void> => attempt(() => credentials.finishSignOut());

/** Adds the proof to a request. */
function authorized(init: RequestInit, secret: string | undefined): RequestInit {
  const headers = new Headers(init.headers);
  if (secret !== undefined) headers.set('authorization', `Bearer ${secret}`);
  return { ...init, headers };
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    isOnline.set(false);
    throw new OfflineError();
  }
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    const title = `${response.status} ${response.statusText}`;
    return { type: 'about:blank', title, status: response.status, detail: title, code: 'unknown' };
  }
}

/** A part of a list; `next` begins the next one and is absent at the end. */
export interface Page<T> {
  items: T[];
  next?: string | null | undefined;
}

/** Maximum number of pages that are read of a list. */
const MAX_PAGES = 100;

/** The items of the first pages of a list, and the last of these pages. */
export async function readPages<P extends Page<unknown>>(
  read: (after: string | undefined) => Promise<P>,
  pages: number,
): Promise<{ items: P['items']; last: P }> {
  let last = await read(undefined);
  const items: P['items'] = [...last.items];
  for (let page = 1; page < pages && last.next; page += 1) {
    last = await read(last.next);
    items.push(...last.items);
  }
  return { items, last };
}

/** All items of a list. */
export async function listAll<T>(read: (after: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  return (await readPages(read, MAX_PAGES)).items;
}

/** A text for people about a failure. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
