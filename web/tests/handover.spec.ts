// Ways out that people give each other: a link for a forgotten password, and a new owner of a collection.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { Api, expect, Guard, test } from './fixtures';

interface Person {
  id: string;
  email: string;
  password: string;
  api: Api;
}

/** Grace, of the organisation of `api`. */
async function join(api: Api): Promise<Person> {
  const [email, password] = [`${randomUUID()}@example.org`, randomUUID()];
  const { token } = await api.call<{ token: string }>('POST', '/v1/invitations', { email, role: 'member' });
  const body = { token, display_name: 'Grace Hopper', password };
  const { user, tokens } = await api.call<{ user: { id: string }; tokens: { access_token: string } }>(
    'POST',
    '/v1/invitations/accept',
    body,
  );
  return { id: user.id, email, password, api: new Api(api.url, tokens.access_token) };
}

const logIn = async (url: string, email: string, password: string): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/v1/login`, { method: 'POST', headers, body: JSON.stringify({ email, password }) })).status;
};

/** A page of a browser that nobody has signed in with, narrow and dark. */
async function stranger(browser: Browser, url: string): Promise<{ page: Page; guard: Guard }> {
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'dark', viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  return { page, guard: await Guard.of(page, url) };
}

/** Expects that axe finds nothing, and that nothing is wider than the window. */
async function inspect(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
}

const openReset = async (page: Page) => {
  await page.getByRole('button', { name: 'Reset password of Grace Hopper' }).press('Enter');
  return page.getByRole('dialog', { name: 'Reset the password of Grace Hopper' });
};

test('a person who has forgotten their password sets a new one with a link of an admin, once', async ({
  signedIn: page,
  browser,
  api,
  server,
}) => {
  const grace = await join(api);
  const { page: hers, guard } = await stranger(browser, server.url);
  await hers.goto(server.url);
  await expect(hers.getByText('Ask an admin of your organisation for a reset link.')).toBeVisible();
  await inspect(hers);

  await page.goto(`${server.url}/#/settings/people`);
  const dialog = await openReset(page);
  await inspect(page);
  await dialog.getByRole('button', { name: 'Make a link' }).press('Enter');
  await expect(dialog.getByRole('button', { name: 'Copy' })).toBeFocused();
  const link = await dialog.locator('.secret code').innerText();
  expect(link).toMatch(new RegExp(`^${server.url}/#/reset/ragp_`));
  await expect(dialog.getByText(/It works once, until .+:\d\d/)).toBeVisible();
  await page.setViewportSize({ width: 360, height: 740 });
  await inspect(page);
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await inspect(page);

  await hers.goto(link);
  await expect(hers.getByRole('heading', { name: 'Set a new password' })).toBeVisible();
  await inspect(hers);
  const chosen = randomUUID();
  await hers.getByLabel('Choose a password').fill(chosen);
  await hers.getByLabel('Choose a password').press('Enter');
  await expect(hers.getByRole('textbox', { name: 'Question' }).or(hers.getByText('Begin with a document')).first()).toBeVisible();
  expect(hers.url()).not.toContain('ragp_');
  await hers.reload();
  await hers.getByRole('button', { name: 'Menu' }).click();
  await expect(hers.getByText('Grace Hopper')).toBeVisible();
  // All that she was signed in with before has ended, and so has the old password.
  await expect(grace.api.call('GET', '/v1/me')).rejects.toThrow('401');
  expect(await logIn(server.url, grace.email, grace.password)).toBe(401);
  expect(await logIn(server.url, grace.email, chosen)).toBe(200);

  const { page: late, guard: lateGuard } = await stranger(browser, server.url);
  await late.goto(link);
  await late.getByLabel('Choose a password').fill(randomUUID());
  await late.getByRole('button', { name: 'Set the password' }).click();
  await expect(late.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await expect(late.getByRole('alert')).toHaveText(/expired, was used or was revoked\. Ask an admin/);
  await inspect(late);
  await late.getByRole('link', { name: 'Sign in' }).click();
  await expect(late.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await logIn(server.url, grace.email, chosen)).toBe(200);
  expect([...guard.offences, ...lateGuard.offences]).toEqual([]);
  await Promise.all([hers.context().close(), late.context().close()]);
});

test('a link for a forgotten password is revoked, and refusals are in the words of the server', async ({
  signedIn: page,
  browser,
  api,
  server,
}) => {
  const grace = await join(api);
  await page.goto(`${server.url}/#/settings/people`);
  const dialog = await openReset(page);
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog.locator('.secret code').innerText();
  await dialog.getByRole('button', { name: 'Revoke the link' }).click();
  await expect(dialog.getByRole('status')).toHaveText('The link is revoked. It does not work any more.');
  await expect(dialog.locator('.secret')).toHaveCount(0);
  const { page: hers } = await stranger(browser, server.url);
  await hers.goto(link);
  await hers.getByLabel('Choose a password').fill(randomUUID());
  await hers.getByRole('button', { name: 'Set the password' }).click();
  await expect(hers.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  expect(await logIn(server.url, grace.email, grace.password)).toBe(200);
  await hers.context().close();
  // Whoever is signed in stays so: the refusal is of the link, not of the login.
  await page.goto(link);
  await page.getByLabel('Choose a password').fill(randomUUID());
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await page.locator('.gate').getByRole('link', { name: 'New question' }).click();
  await expect(page.getByText('Ada Lovelace')).toBeVisible();

  await page.goto(`${server.url}/#/settings/people`);
  await openReset(page);
  await dialog.getByRole('button', { name: 'Revoke an earlier link' }).click();
  await expect(dialog.getByRole('alert')).toHaveText(/password reset/i);
  // The page does not offer this for one's own account; another tab could.
  const { id } = await api.call<{ id: string }>('GET', '/v1/me');
  const path = (user: string) => `${server.url}/v1/users/${user}/password-reset`;
  await page.route(path(grace.id), (route) => route.continue({ url: path(id) }));
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  await expect(dialog.getByRole('alert').getByText('cannot reset your own password')).toBeVisible();
  await expect(dialog.locator('.secret')).toHaveCount(0);
});

test('an owner hands a collection over to another person, and stays as an editor', async ({ signedIn: page, api, server }) => {
  const grace = await join(api);
  const collection = await api.collection('Minutes');
  const hers = await grace.api.collection('Minutes');
  const roles = async () => {
    const { items } = await api.call<{ items: { user_id: string; display_name: string; role: string }[] }>(
      'GET',
      `/v1/collections/${collection}/members`,
    );
    return Object.fromEntries(items.map(({ display_name, role }) => [display_name, role]));
  };
  await page.goto(`${server.url}/#/documents/in/${collection}`);
  await page.reload();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const share = page.getByRole('dialog', { name: 'Share “Minutes”' });
  const owner = share.getByRole('region', { name: 'Owner' });
  await owner.getByLabel('New owner').selectOption({ label: `Grace Hopper (${grace.email})` });
  await owner.getByRole('button', { name: 'Hand over' }).press('Enter');
  const question = page.getByRole('dialog', { name: 'Hand “Minutes” over to Grace Hopper?' });
  await expect(question).toContainText('You stay as an editor');
  await inspect(page);
  await question.getByRole('button', { name: 'Hand over' }).click();
  await expect(question.getByRole('alert')).toHaveText(/they have a collection of that name/);
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await roles()).not.toHaveProperty('Grace Hopper');

  await grace.api.call('PATCH', `/v1/collections/${hers}`, { name: 'Notes' });
  await page.setViewportSize({ width: 360, height: 740 });
  await owner.getByRole('button', { name: 'Hand over' }).press('Enter');
  await inspect(page);
  await question.getByRole('button', { name: 'Hand over' }).press('Enter');
  await expect(share.getByRole('status')).toHaveText('Grace Hopper owns the collection now. You can still add documents.');
  expect(await roles()).toEqual({ 'Grace Hopper': 'owner', 'Ada Lovelace': 'editor' });
  // What only an owner can do is not offered any more.
  await expect(owner).toHaveCount(0);
  await expect(share.getByRole('region', { name: 'Links' })).toHaveCount(0);
  await expect(share.getByRole('button', { name: 'Close' })).toBeFocused();
  await inspect(page);
  await page.goto(`${server.url}/#/documents/in/${collection}/settings`);
  await expect(page.getByText('Only the owner of the collection can change its settings.')).toBeVisible();
});
