// What each test has: a server, an account of its own on it, and a page that is signed in and guarded.
import { expect, test as base, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { ChatModel, RagServer, Site } from './server';

/** A guard that notes whatever a page must never do: requests elsewhere, dialogs, scripts, violations of the policy, errors. */
export class Guard {
  readonly offences: string[] = [];

  static async of(page: Page, url: string): Promise<Guard> {
    const guard = new Guard();
    page.on('request', (request) => {
      const target = request.url();
      if (!target.startsWith(`${url}/`) && !target.startsWith(`blob:${url}`)) guard.offences.push(`request: ${target}`);
    });
    page.on('dialog', (dialog) => {
      guard.offences.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => guard.offences.push(`error: ${error.message}`));
    page.on('popup', (popup) => guard.offences.push(`popup: ${popup.url()}`));
    await page.exposeFunction('noteOffence', (text: string) => guard.offences.push(text));
    await page.addInitScript(() => {
      const note = (text: string) => (globalThis as unknown as { noteOffence: (text: string) => void }).noteOffence(text);
      document.addEventListener('securitypolicyviolation', (event) =>
        note(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
      );
      Object.defineProperty(globalThis, 'pwned', { set: () => note('script: pwned') });
    });
    return guard;
  }
}

export interface Account {
  email: string;
  password: string;
  access: string;
}

interface WorkerFixtures {
  chat: ChatModel;
  /** A site from which the server may fetch. */
  site: Site;
  server: RagServer;
}

interface TestFixtures {
  /** The chat model of the server, with answers of this test only. */
  model: ChatModel;
  account: Account;
  guard: Guard;
  /** A page that is signed in as `account`. */
  signedIn: Page;
  api: Api;
}

export class Api {
  constructor(
    readonly url: string,
    readonly secret: string,
  ) {}

  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const isForm = body instanceof FormData;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.secret}`,
        // A kept connection can end just when the next request is sent on it.
        connection: 'close',
        ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async collection(name: string, description = ''): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/v1/collections', { name, description })).id;
  }

  /** Stores a file and waits until it can be found; returns the id of the document. */
  async upload(collection: string, name: string, content: string, fields: Record<string, string> = {}): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([content]), name);
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    const accepted = await this.call<{ document: { id: string }; job: { id: string } }>(
      'POST',
      `/v1/collections/${collection}/documents`,
      form,
    );
    for (;;) {
      const job = await this.call<{ state: string; problem?: unknown }>('GET', `/v1/jobs/${accepted.job.id}`);
      if (job.state === 'done') return accepted.document.id;
      if (job.state !== 'queued' && job.state !== 'running') throw new Error(JSON.stringify(job));
      await new Promise((wake) => setTimeout(wake, 150));
    }
  }
}

export async function register(url: string): Promise<Account> {
  const email = `${randomUUID()}@example.org`;
  const password = randomUUID();
  const response = await fetch(`${url}/v1/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, display_name: 'Ada Lovelace', organisation: 'Analytical Engines' }),
  });
  const { tokens } = (await response.json()) as { tokens: { access_token: string } };
  return { email, password, access: tokens.access_token };
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  chat: [
    async ({}, use) => {
      const model = await ChatModel.start();
      await use(model);
      model.stop();
    },
    { scope: 'worker' },
  ],
  site: [
    async ({}, use) => {
      const site = await Site.start();
      await use(site);
      site.stop();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ chat, site }, use) => {
      const server = await RagServer.start({
        'accounts.registration': 'open',
        'chat.base_url': chat.url,
        'chat.model': 'scripted',
        'server.requests_per_minute': '0',
        'fetch.allow': '["127.0.0.1/32"]',
        'fetch.ports': `[80, ${site.port}]`,
        'fetch.delay_ms': '0',
      });
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  model: async ({ chat }, use) => {
    chat.answers.clear();
    chat.stalls.clear();
    chat.feeds.clear();
    chat.requests.length = 0;
    await use(chat);
  },
  account: async ({ server }, use) => use(await register(server.url)),
  api: async ({ server, account }, use) => use(new Api(server.url, account.access)),
  guard: async ({ page, server }, use) => {
    const guard = await Guard.of(page, server.url);
    await use(guard);
    expect(guard.offences).toEqual([]);
  },
  signedIn: async ({ page, server, account, guard: _ }, use) => {
    // A login of its own, whose cookie the browser keeps. The page would otherwise renew, and so end, the tokens of `api`.
    const { email, password } = account;
    await page.request.post(`${server.url}/v1/login`, { data: { email, password, cookie: true } });
    await page.goto(`${server.url}/health`);
    await page.evaluate(() => localStorage.setItem('rag.login', 'cookie'));
    await page.goto(`${server.url}/`);
    await use(page);
    // Requests that are answered by the test at its end are no failure of it.
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
  },
});

export { expect };

/** A short handbook whose sentences tests ask for. */
export const HANDBOOK = `# Handbook

## Notice period

The notice period is three months to the end of a quarter. Both sides must give notice in writing.

## Holidays

Every employee has thirty days of holiday in a year. Days that are not taken by the end of March expire.

## Travel

Train tickets of the second class are refunded in full. Flights need the consent of the team's lead.
`;
