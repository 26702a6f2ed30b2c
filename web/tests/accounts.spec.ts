// Accounts: sign-in and out, renewal of the login, invitations, keys, people, activity.
import type { BrowserContext, Page } from '@playwright/test';
import { expect, Guard, test } from './fixtures';

test('a person signs in, stays signed in, and signs out', async ({ page, server, account, guard: _ }) => {
  await page.goto(server.url);
  await page.getByLabel('E-mail address').fill(account.email);
  await page.getByLabel('Password').fill('a wrong password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Begin with a document' })).toBeVisible();
  // Scripts can read no token: the refresh token is in a cookie that only the routes of the login receive.
  const cookie = async () => (await page.context().cookies(`${server.url}/v1/login`)).find(({ name }) => name === 'rag_login');
  const stored = await cookie();
  expect(stored).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/v1/login' });
  const readable = () => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]);
  expect(await page.evaluate(readable)).not.toMatch(/rag[ar]_/);
  // A page that is loaded renews the login, once for all its requests.
  const renewals: string[] = [];
  page.on('request', (request) => request.url().endsWith('/v1/login/refresh') && renewals.push(request.url()));
  await page.reload();
  await expect(page.getByText('Ada Lovelace')).toBeVisible();
  expect(renewals).toHaveLength(1);
  expect((await cookie())?.value).not.toBe(stored?.value);
  // A second tab renews it for both.
  const other = await page.context().newPage();
  await other.goto(server.url);
  await expect(other.getByText('Ada Lovelace')).toBeVisible();
  await page.getByRole('link', { name: 'Documents' }).click();
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  expect(renewals).toHaveLength(1);
  await page.goto(`${server.url}/#/settings/account`);
  await expect(page.getByText('this browser')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await other.reload();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await cookie()).toBeUndefined();
});

const cookieOf = async (context: BrowserContext, url: string) =>
  (await context.cookies(`${url}/v1/login`)).find(({ name }) => name === 'rag_login')?.value;

async function signOutOffline(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/#/settings/account`);
  await expect(page.getByText('this browser')).toBeVisible();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('keep this page open');
}

test('a person who signs out while the server is away is signed out of it when it is back', async ({
  signedIn: page,
  context,
  server,
  api,
}) => {
  await signOutOffline(page, server.url);
  expect(await cookieOf(context, server.url)).toBeDefined();
  const countLogins = async () => (await api.call<{ items: unknown[] }>('GET', '/v1/me/logins')).items.length;
  expect(await countLogins()).toBe(2);
  await context.setOffline(false);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect.poll(() => cookieOf(context, server.url)).toBeUndefined();
  // The one of the test itself is left.
  expect(await countLogins()).toBe(1);
});

test('a sign-out of a page that was closed before the server was back is made up for by the next page', async ({
  signedIn: page,
  context,
  server,
  account,
}) => {
  await signOutOffline(page, server.url);
  await page.close();
  await context.setOffline(false);
  expect(await cookieOf(context, server.url)).toBeDefined();
  const next = await context.newPage();
  await next.goto(server.url);
  await expect(next.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await cookieOf(context, server.url)).toBeUndefined();
  // The next sign-in is a login of its own.
  await next.getByLabel('E-mail address').fill(account.email);
  await next.getByLabel('Password').fill(account.password);
  await next.getByRole('button', { name: 'Sign in' }).click();
  await expect(next.getByText('Ada Lovelace')).toBeVisible();
  await next.reload();
  await expect(next.getByText('Ada Lovelace')).toBeVisible();
});

test('a page that is left while it renews its login stays signed in', async ({ signedIn: page }) => {
  for (let reload = 0; reload < 3; reload += 1) {
    const renewal = page.waitForRequest('**/v1/login/refresh');
    await page.reload({ waitUntil: 'commit' });
    await renewal;
  }
  await expect(page.getByText('Ada Lovelace')).toBeVisible();
});

test('a person creates an account; a server without open registration says how to get one', async ({
  page,
  server,
  account: _account,
  guard: _,
}) => {
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail address').fill(`grace-${Date.now()}-${Math.random()}@example.org`);
  await page.getByLabel('Your name').fill('Grace Hopper');
  await page.getByLabel('Organisation').fill('Compilers');
  await page.getByLabel('Choose a password').fill('a long password of hers');
  await page.route('**/v1/register', async (route) => {
    const detail = 'Accounts are made by invitation here. Ask an admin for one.';
    const problem = { type: 'about:blank', title: '', status: 403, code: 'forbidden', detail };
    await route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  const create = page.locator('form').getByRole('button', { name: 'Create the account' });
  await create.click();
  await expect(page.getByRole('alert')).toHaveText('Accounts are made by invitation here. Ask an admin for one.');
  await page.unroute('**/v1/register');
  await create.click();
  await expect(page.getByText('Grace Hopper')).toBeVisible();
  await page.goto(`${server.url}/#/settings/usage`);
  await expect(page.getByRole('heading', { name: 'Compilers' })).toBeVisible();
});

test('an admin invites a person, who joins and is suspended', async ({ signedIn: page, browser, server }) => {
  await page.goto(`${server.url}/#/settings/people`);
  await page.getByRole('button', { name: 'Invite' }).click();
  const email = `grace-${Date.now()}-${Math.random()}@example.org`;
  await page.getByRole('dialog').getByLabel('E-mail address').fill(email);
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  const link = await page.locator('.secret code').innerText();

  const context = await browser.newContext();
  const other = await context.newPage();
  const guard = await Guard.of(other, server.url);
  await other.goto(link);
  await other.getByLabel('Your name').fill('Grace Hopper');
  await other.getByLabel('Choose a password').fill('a long password of hers');
  await other.getByRole('button', { name: 'Create the account' }).click();
  await expect(other.getByText('Grace Hopper')).toBeVisible();
  await other.goto(`${server.url}/#/settings/people`);
  await expect(other.getByText('Ada Lovelace')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Invite' })).toHaveCount(0);
  await expect(other.getByRole('link', { name: 'Activity' })).toBeVisible();
  await expect(other.getByRole('link', { name: 'Audit log' })).toHaveCount(0);

  await page.reload();
  await page.getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Suspended')).toBeVisible();
  await other.reload();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(guard.offences).toEqual([]);
  await context.close();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await expect(page.getByRole('cell', { name: 'Ada Lovelace' }).first()).toBeVisible();
});

test('a key is shown once, signs in, and is deleted', async ({ signedIn: page, browser, server }) => {
  await page.goto(`${server.url}/#/settings/keys`);
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('What is it for?').fill('reporting');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const key = await page.locator('.secret code').innerText();
  expect(key).toMatch(/^rag_/);

  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto(server.url);
  await other.getByRole('button', { name: 'Use a key instead' }).click();
  await other.getByLabel('Key').fill(key);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByText('Ada Lovelace')).toBeVisible();

  await page.reload();
  await expect(page.locator('.secret')).toHaveCount(0);
  await page.getByRole('button', { name: 'Delete reporting' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('There are no keys.')).toBeVisible();
  await other.reload();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await context.close();
});
