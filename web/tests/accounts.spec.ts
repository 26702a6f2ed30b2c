// Accounts: sign-in and out, renewal of the login, invitations, keys, people, activity.
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
  // An access token that has ended is renewed, once, for all requests of the page.
  const stored = await page.evaluate(() => {
    const known = JSON.parse(localStorage.getItem('rag.credentials') ?? '') as { refresh: string };
    localStorage.setItem('rag.credentials', JSON.stringify({ ...known, access: 'raga_ended', expiresAt: 0 }));
    return known.refresh;
  });
  await page.reload();
  await expect(page.getByText('Ada Lovelace')).toBeVisible();
  const renewed = await page.evaluate(
    () => (JSON.parse(localStorage.getItem('rag.credentials') ?? '') as { refresh: string }).refresh,
  );
  expect(renewed).not.toBe(stored);
  await page.goto(`${server.url}/#/settings/account`);
  await expect(page.getByText('this browser')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
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
  await expect(other.getByRole('link', { name: 'Activity' })).toHaveCount(0);

  await page.reload();
  await page.getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Suspended')).toBeVisible();
  await other.reload();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(guard.offences).toEqual([]);
  await context.close();
  await page.getByRole('link', { name: 'Activity' }).click();
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
