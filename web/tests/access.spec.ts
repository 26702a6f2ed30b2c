// For everybody: axe on every screen in both themes, the keyboard, 360 pixels, right to left.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { expect, HANDBOOK, test, type Api } from './fixtures';

async function check(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${screen}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  expect(found).toEqual([]);
}

async function ask(page: Page, question: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Question' });
  await box.fill(question);
  await box.press('Enter');
  await expect(page.locator('.sources')).toBeVisible();
}

async function prepare(api: Api): Promise<string> {
  await api.collection('first');
  const collection = await api.collection('handbook', 'Rules of the house.');
  return api.upload(collection, 'handbook.md', HANDBOOK);
}

async function visit(page: Page, place: string, text: string | RegExp): Promise<void> {
  await page.goto(`${page.url().replace(/#.*/, '')}#/${place}`);
  await expect(page.locator('main').getByText(text).first()).toBeVisible();
  await check(page, place);
}

for (const theme of ['light', 'dark'] as const) {
  test.describe(`axe finds nothing in the ${theme} theme`, () => {
    test.use({ colorScheme: theme });

    test('on the screens of a conversation', async ({ signedIn: page, api, model }) => {
      await expect(page.getByRole('heading', { name: 'Begin with a document' })).toBeVisible();
      await check(page, 'first minute');
      await prepare(api);
      const answer =
        'It is **three months** [1]. See `code` and [a link](https://example.org/).\n\n| a | b |\n|---|---|\n| 1 | 2 |';
      model.answers.set('notice period', [`${answer}\n\n\`\`\`\ncode\n\`\`\``]);
      await page.reload();
      await expect(page.getByRole('button', { name: /What does/ }).first()).toBeVisible();
      await page.locator('.picker summary').click();
      await check(page, 'new question with the picker');
      await ask(page, 'How long is the notice period?');
      await page.locator('.cite').first().hover();
      await expect(page.getByRole('tooltip')).toBeVisible();
      await check(page, 'answer with a card');
      await page.locator('.cite').first().click();
      await expect(page.locator('mark')).toBeVisible();
      await check(page, 'source');
    });

    test('on the screens of documents', async ({ signedIn: page, api }) => {
      const document = await prepare(api);
      await page.reload();
      await visit(page, 'documents', '1 document');
      const buffer = Buffer.from([0, 1, 2, 255, 254, 0, 7, 8, 9, 128]);
      await page.getByLabel('choose files').setInputFiles({ name: 'x.bin', mimeType: 'application/octet-stream', buffer });
      await expect(page.getByText('Refused', { exact: true })).toBeVisible();
      await check(page, 'uploads');
      await page.getByRole('button', { name: 'New collection' }).click();
      await check(page, 'dialog');
      await page.keyboard.press('Escape');
      await visit(page, `documents/${document}/text`, 'three months to the end');
      await visit(page, `documents/${document}/passages`, 'three months to the end');
    });

    test('on the screens of the settings', async ({ signedIn: page }) => {
      await visit(page, 'settings/account', 'this browser');
      await visit(page, 'settings/keys', 'There are no keys');
      await visit(page, 'settings/people', 'No invitation is open');
      await visit(page, 'settings/usage', 'Storage');
      await visit(page, 'settings/activity', /Ada Lovelace/);
    });

    test('on the search lab', async ({ signedIn: page, api }) => {
      await prepare(api);
      await visit(page, 'lab', 'Type a query');
      await page.getByRole('searchbox').fill('notice period');
      await page.keyboard.press('Enter');
      await expect(page.locator('.hit').first()).toBeVisible();
      await page.locator('summary', { hasText: 'Settings' }).click();
      await check(page, 'lab with results');
    });

    test('on the screens before sign-in', async ({ page, server }) => {
      await page.goto(server.url);
      await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
      await check(page, 'sign-in');
      await page.goto(`${server.url}/#/accept/token`);
      await expect(page.getByRole('heading', { name: 'Accept your invitation' })).toBeVisible();
      await check(page, 'invitation');
    });
  });
}

test('a question is asked and checked with the keyboard alone', async ({ signedIn: page, api, model }) => {
  await prepare(api);
  model.answers.set('notice period', ['The notice period is three months [1].']);
  await page.reload();
  const box = page.getByRole('textbox', { name: 'Question' });
  await expect(box).toBeFocused();
  await page.keyboard.type('How long is the notice period?');
  await page.keyboard.press('Enter');
  const cite = page.locator('.cite').first();
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  for (let step = 0; step < 12 && !(await cite.evaluate((element) => element === document.activeElement)); step += 1)
    await page.keyboard.press('Shift+Tab');
  await expect(cite).toBeFocused();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.locator('mark')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(cite).toBeFocused();
  await page.getByRole('link', { name: 'Skip to the content' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('every screen fits into 360 pixels', async ({ signedIn: page, server, api, model }) => {
  const document = await prepare(api);
  model.answers.set('notice period', [
    'The notice period is three months [1].\n\n| a | b | c |\n|---|---|---|\n| a long cell | another long cell | and a third long cell |',
  ]);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.reload();
  await ask(page, 'How long is the notice period?');
  const fits = async (place: string) =>
    expect(await page.evaluate(() => window.document.documentElement.scrollWidth), place).toBeLessThanOrEqual(360);
  await fits('answer');
  await page.locator('.cite').first().click();
  await expect(page.locator('mark')).toBeInViewport();
  await fits('source');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'Documents' }).click();
  await expect(page.getByRole('link', { name: 'Handbook', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Search lab' })).toBeHidden();
  await fits('documents');
  for (const place of [`documents/${document}/text`, 'lab', 'settings/people', 'settings/keys', 'settings/activity']) {
    await page.goto(`${server.url}/#/${place}`);
    await expect(page.locator('main h1')).toBeVisible();
    await fits(place);
  }
});

test('texts that run from right to left stand so', async ({ signedIn: page, api, model }) => {
  const hebrew = 'תקופת ההודעה המוקדמת היא שלושה חודשים.';
  await api.upload(await api.collection('חוזים'), 'חוזה.txt', hebrew);
  model.answers.set('מהי תקופת', [`${hebrew} [1]`]);
  await page.reload();
  await ask(page, 'מהי תקופת ההודעה?');
  const directions = await page
    .locator('.question, .prose p')
    .evaluateAll((elements) => elements.map((element) => getComputedStyle(element).direction));
  expect(directions).toEqual(['rtl', 'rtl']);
  await page.locator('.cite').first().click();
  await expect(page.locator('mark')).toHaveText(hebrew);
  await expect(page.locator('.reader p')).toHaveCSS('direction', 'rtl');
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const sidebar = await page.locator('.sidebar').boundingBox();
  expect(sidebar?.x).toBeGreaterThan(640);
});

test('the first question needs at most 90 kB of compressed JavaScript', async ({ server }) => {
  const get = async (path: string) => (await fetch(server.url + path)).text();
  const page = await get('/');
  const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  expect(scripts.length).toBeGreaterThan(0);
  const sizes = await Promise.all(scripts.map(async (path) => gzipSync(await get(path), { level: 9 }).length));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(90_000);
});
