// Links: an owner makes and revokes them; anybody who has one reads and searches the collection without an account.
import type { Browser, Locator, Page } from '@playwright/test';
import { expect, Guard, HANDBOOK, test, type Api } from './fixtures';

/** A page without an account, the requests that it was refused, and its guard. */
async function visitor(browser: Browser, url: string): Promise<{ page: Page; refused: string[]; guard: Guard }> {
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  const refused: string[] = [];
  page.on('response', (response) => response.status() >= 400 && refused.push(`${response.status()} ${response.url()}`));
  return { page, refused, guard: await Guard.of(page, url) };
}

async function openShare(page: Page, collection: string): Promise<Locator> {
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/in/${collection}`);
  await page.reload();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  return page.getByRole('dialog', { name: /^Share/ });
}

async function makeLink(api: Api, collection: string): Promise<string> {
  return (await api.call<{ secret: string }>('POST', `/v1/collections/${collection}/links`, {})).secret;
}

test('a link is made and copied, opens the collection without an account, and ends when it is revoked', async ({
  signedIn: page,
  api,
  server,
  browser,
}) => {
  const collection = await api.collection('handbook', 'Rules of the house.');
  await api.collection('private');
  const document = await api.upload(collection, 'handbook.md', HANDBOOK);
  await api.upload(collection, 'handbook.md', HANDBOOK.replace('Both sides', 'All sides'));
  const dialog = await openShare(page, collection);
  const links = dialog.getByRole('region', { name: 'Links' });
  await links.getByLabel('Days until it ends').fill('7');
  await links.getByRole('button', { name: 'Create a link' }).click();
  await expect(links.getByRole('listitem')).toHaveCount(1);
  await expect(links.getByRole('listitem')).toContainText('ends ');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await links.getByRole('button', { name: 'Copy' }).click();
  await expect(links.getByText('Copied')).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/link\/ragl_[\w-]+$/);
  const [stored] = (await api.call<{ items: { expires_at: string }[] }>('GET', `/v1/collections/${collection}/links`)).items;
  const days = (new Date(stored?.expires_at ?? '').getTime() - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThanOrEqual(7);

  const { page: other, refused, guard } = await visitor(browser, server.url);
  await other.goto(address);
  await expect(other.getByRole('heading', { name: 'handbook' })).toBeVisible();
  await expect(other.getByText('Rules of the house.')).toBeVisible();
  await expect(other.getByText('1 document', { exact: true })).toBeVisible();
  await other.getByRole('searchbox', { name: 'Search these documents' }).fill('How long is the notice period?');
  await other.keyboard.press('Enter');
  const hit = other.locator('.hit').first();
  await expect(hit).toContainText('three months');
  await hit.click();
  await expect(other.getByRole('complementary', { name: 'Source' }).locator('mark').first()).toBeVisible();
  await other.getByRole('link', { name: 'Open the document' }).click();
  await expect(other).toHaveURL(`${address}/documents/${document}/text`);
  await expect(other.getByRole('region', { name: 'Text of the document' })).toContainText('All sides');
  const download = other.waitForEvent('download');
  await other.getByRole('button', { name: 'Download the original' }).click();
  expect((await download).suggestedFilename()).toBe('handbook.md');
  await other.getByRole('link', { name: 'Versions' }).click();
  await other.getByRole('button', { name: 'What changed in version 2' }).click();
  await expect(other.locator('.hunk ins')).toHaveText('All ');
  await expect(other.getByRole('button', { name: /^Restore/ })).toHaveCount(0);
  await other.reload();
  await expect(other.locator('.versions > li')).toHaveCount(2);
  await other.getByRole('link', { name: 'Documents' }).click();
  await expect(other.getByRole('row', { name: /Handbook/ })).toBeVisible();
  await expect(other.getByRole('button', { name: /^Delete/ })).toHaveCount(0);
  expect(await other.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain('ragl_');
  expect(refused).toEqual([]);

  await links.getByRole('button', { name: /^Revoke the link/ }).click();
  await page
    .getByRole('dialog', { name: /^Revoke the link/ })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await expect(links.getByRole('listitem')).toHaveCount(0);
  await expect(links.getByText(address)).toHaveCount(0);
  await other.reload();
  await expect(other.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  expect(guard.offences).toEqual([]);
});

test('the bearer of a link asks and follows up; the answers cite, and nothing is stored', async ({ api, server, browser }) => {
  const collection = await api.collection('handbook');
  await api.upload(collection, 'handbook.md', HANDBOOK);
  const secret = await makeLink(api, collection);
  const { page, refused, guard } = await visitor(browser, server.url);
  const contexts: { sender: string; text: string }[][] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/v1/answer')) return;
    contexts.push((request.postDataJSON() as { context: { sender: string; text: string }[] }).context);
  });
  await page.goto(`${server.url}/#/link/${secret}`);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(page.getByText('Nothing is stored')).toBeVisible();
  const question = page.getByRole('textbox', { name: 'Question' });
  const ask = async (text: string) => {
    await question.fill(text);
    await question.press('Enter');
    const exchange = page.locator('.exchange', { has: page.getByRole('heading', { name: text }) });
    await expect(exchange.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
    return exchange;
  };
  const first = await ask('How long is the notice period?');
  await expect(first.locator('.prose')).toContainText('three months');
  await first.locator('.cite').first().click();
  const source = page.getByRole('complementary', { name: 'Source' });
  await expect(source.locator('mark').first()).toContainText('three months');
  // The document opens in the same page, which still has the answers afterwards.
  await source.getByRole('link', { name: 'Open the document' }).click();
  await expect(page.getByRole('region', { name: 'Text of the document' })).toBeVisible();
  await page.goBack();
  await expect(first.locator('.prose')).toContainText('three months');
  await ask('And who must give it in writing?');
  const nothing = await ask('Which comets orbit Jupiter in the year 1744?');
  await expect(nothing.locator('.cite')).toHaveCount(0);
  await expect(nothing.getByRole('link', { name: /search lab/ })).toHaveCount(0);
  expect(contexts.map((context) => context.length)).toEqual([0, 2, 4]);
  expect(contexts[1]?.map(({ sender }) => sender)).toEqual(['user', 'assistant']);
  expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain('notice');
  expect((await api.call<{ items: unknown[] }>('GET', '/v1/sessions')).items).toEqual([]);
  await page.reload();
  await expect(page.locator('.exchange')).toHaveCount(0);
  expect(refused).toEqual([]);
  expect(guard.offences).toEqual([]);
});

test('a link that is opened in the tab of a login leaves the login as it is', async ({ signedIn: page, api, server }) => {
  const collection = await api.collection('handbook');
  const secret = await makeLink(api, collection);
  await expect(page.getByText('Ada Lovelace')).toBeVisible();
  await page.evaluate((place) => (location.hash = place), `#/link/${secret}`);
  await expect(page.getByText('Shared with you by a link')).toBeVisible();
  await expect(page.getByText('Ada Lovelace')).toHaveCount(0);
  await page.getByRole('link', { name: 'Your own documents' }).click();
  await expect(page.getByText('Ada Lovelace')).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/#/`);
});

test('a deletion that waits when a link is opened is that of the user who asked for it', async ({ signedIn: page, api }) => {
  const collection = await api.collection('handbook');
  await api.upload(collection, 'handbook.md', HANDBOOK);
  const secret = await makeLink(api, collection);
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/in/${collection}`);
  await page.reload();
  await page.getByRole('button', { name: 'Delete Handbook' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.evaluate((place) => (location.hash = place), `#/link/${secret}`);
  await expect(page.getByText('Shared with you by a link')).toBeVisible();
  const left = async () => (await api.call<{ items: unknown[] }>('GET', `/v1/collections/${collection}/documents`)).items.length;
  await expect.poll(left).toBe(0);
});

test('a link whose address is cut sends no request', async ({ page, server, account: _account, guard: _ }) => {
  const requests: string[] = [];
  page.on('request', (request) => new URL(request.url()).pathname.startsWith('/v1') && requests.push(request.url()));
  for (const place of ['link', 'link/rag', 'link/%E0%A4%A']) {
    // The page of one link loads itself again for another one, and the next address could come in the middle of it.
    await page.goto('about:blank');
    await page.goto(`${server.url}/#/${place}`);
    await expect(page.getByRole('heading', { name: 'This link does not work' }), place).toBeVisible();
  }
  expect(requests).toEqual([]);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
