// For everybody: axe on every screen in both themes, the keyboard, 360 pixels, right to left.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { expect, HANDBOOK, test, type Api } from './fixtures';

/** Expects that axe finds nothing, in both themes. Only the contrast depends on the theme. */
async function check(page: Page, screen: string): Promise<void> {
  const light = await new AxeBuilder({ page }).setLegacyMode().analyze();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const dark = await new AxeBuilder({ page }).setLegacyMode().withRules(['color-contrast']).analyze();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  const found = [...light.violations, ...dark.violations].map(
    ({ id, nodes }) => `${screen}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
  expect(found).toEqual([]);
}

async function ask(page: Page, question: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Question' });
  await box.fill(question);
  await box.press('Enter');
  await expect(page.locator('.sources')).toBeVisible();
  // The last part of the page that comes, and moves the others.
  await expect(page.getByRole('button', { name: 'Answer again' }).last()).toBeVisible();
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

test.describe('axe finds nothing in both themes', () => {
  test.use({ colorScheme: 'light' });

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
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Bad answer' }).click();
    await page.getByRole('radio', { name: 'Incomplete' }).check();
    await check(page, 'the reason for a bad rating');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Edit the question' }).click();
    await check(page, 'an edited question');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Actions for/ }).focus();
    await page.keyboard.press('Enter');
    await check(page, 'the menu of a conversation');
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await check(page, 'a new title');
  });

  test('on the screens of documents', async ({ signedIn: page, api }) => {
    const document = await prepare(api);
    const [collection] = (await api.call<{ items: { id: string }[] }>('GET', '/v1/collections')).items;
    await api.upload(collection?.id ?? '', 'handbook.md', HANDBOOK.replace('Both sides', 'All sides'));
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
    await visit(page, `documents/${document}/passages`, 'A search finds passages.');
    await page.locator('.passage-text').first().click();
    await expect(page.locator('mark').first()).toBeVisible();
    await check(page, 'a passage in its document');
    await visit(page, `documents/${document}/versions/1`, 'Compared with');
    await expect(page.locator('.hunk ins')).toHaveText('All ');
    await check(page, 'the changes of a version');
  });

  test('on the settings and the links of a collection', async ({ signedIn: page, api, server }) => {
    await prepare(api);
    const [collection] = (await api.call<{ items: { id: string }[] }>('GET', '/v1/collections')).items;
    const place = `documents/in/${collection?.id}`;
    await visit(page, `${place}/settings/general`, 'Instructions for answers');
    await visit(page, `${place}/settings/reading`, 'Read again');
    await page.getByLabel('All documents, also those').check();
    await page.getByRole('button', { name: 'Read again' }).click();
    await expect(page.getByText('1 of 1 document read.')).toBeVisible();
    await check(page, 'progress of the reading');
    await visit(page, `${place}/settings/model`, 'This server has no other model');
    await visit(page, `${place}/settings/synonyms`, 'One group a line');
    await visit(page, `${place}/settings/ratings`, 'Nobody has rated a passage');
    await page.reload();
    await visit(page, place, '1 document');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: 'Create a link' }).click();
    await expect(page.getByText('The new link.')).toBeVisible();
    await check(page, 'links');
    const address = (await page.locator('.secret code').textContent()) ?? '';
    await page.getByRole('button', { name: /^Revoke the link/ }).click();
    await check(page, 'the question before a link is revoked');
    await page.goto(address);
    await expect(page.getByText('Shared with you by a link')).toBeVisible();
    await expect(page.getByRole('row', { name: /Handbook/ })).toBeVisible();
    await check(page, 'the page of a link');
    await page.getByRole('searchbox').fill('notice period');
    await page.keyboard.press('Enter');
    await page.locator('.hit').first().click();
    await expect(page.locator('mark').first()).toBeVisible();
    await check(page, 'a search by a link');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('textbox', { name: 'Question' }).fill('How long is the notice period?');
    await page.keyboard.press('Enter');
    await page.locator('.cite').first().click();
    await expect(page.locator('mark').first()).toBeVisible();
    await check(page, 'an answer by a link');
    await page.goto(`${server.url}/#/link`);
    await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
    await check(page, 'a link that does not work');
  });

  test('on the screens of the memory', async ({ signedIn: page, api }) => {
    await api.call('POST', '/v1/memories', { content: 'I prefer short answers.' });
    await visit(page, 'memory', 'I prefer short answers.');
    await page.getByRole('button', { name: 'Why is this known?' }).click();
    await expect(page.locator('.changes li')).toHaveCount(1);
    await page.getByRole('button', { name: 'More actions' }).click();
    await check(page, 'memory with a menu');
    await page.getByRole('menuitem', { name: 'Forget' }).click();
    await expect(page.getByRole('status').getByText('Forgotten.')).toBeVisible();
    await check(page, 'a message with Undo');
    const { id } = await api.call<{ id: string }>('POST', '/v1/sessions', { memory: 'read_write' });
    await api.call('POST', `/v1/sessions/${id}/ask`, { question: 'I live in Oslo.' });
    await visit(page, `c/${id}`, 'Remembered:');
    await page.getByRole('button', { name: 'Why is this known?' }).click();
    await expect(page.locator('.source .changes li')).toHaveCount(1);
    await check(page, 'a memory beside the answer');
    await page.getByRole('button', { name: 'Memory: on' }).click();
    await expect(page.getByRole('dialog').getByLabel('Memory')).toBeVisible();
    await check(page, 'the settings of a conversation');
    await page.keyboard.press('Escape');
    await visit(page, 'memory/history', 'Every change');
    await page.getByRole('button', { name: 'Remember something' }).click();
    await check(page, 'remember something');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Tidy up' }).click();
    await page.getByRole('button', { name: 'See what would happen' }).click();
    await expect(page.getByText('No memory fits.')).toBeVisible();
    await check(page, 'tidy up');
  });

  test('on the screens of the settings', async ({ signedIn: page, api }) => {
    await visit(page, 'settings/account', 'this browser');
    await api.call('POST', '/v1/keys', { name: 'reporting', scopes: ['read'] });
    await visit(page, 'settings/keys', 'reporting');
    await visit(page, 'settings/people', 'No invitation is open');
    await visit(page, 'settings/usage', 'Storage');
    await visit(page, 'settings/health', 'Response time');
    await visit(page, 'settings/activity', 'Nothing was searched');
    await visit(page, 'settings/audit', /Ada Lovelace/);
  });

  test('on the screens of tools', async ({ signedIn: page, api }) => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    await api.call('PUT', '/v1/tools/weather', { description: 'Returns the weather of a city.', parameters });
    await api.call('POST', '/v1/tools/weather/uses', { outcome: 'success', duration_ms: 90 });
    await visit(page, 'tools', 'Returns the weather');
    await page.getByRole('searchbox', { name: 'Find tools for a request' }).fill('What is the weather?');
    await page.keyboard.press('Enter');
    await expect(page.getByText(/^score/)).toBeVisible();
    await page.locator('summary', { hasText: 'Parameters' }).click();
    await check(page, 'a tool that was found');
    await visit(page, 'tools/usage', 'In the last 30 days');
  });

  test('on the search lab', async ({ signedIn: page, api }) => {
    await prepare(api);
    await visit(page, 'lab', 'Type a query');
    await page.getByRole('searchbox', { name: 'Query' }).fill('notice period');
    await page.keyboard.press('Enter');
    await expect(page.locator('.hit').first()).toBeVisible();
    await page.getByRole('button', { name: 'Misleads' }).first().click();
    await expect(page.getByRole('button', { name: 'Misleads', pressed: true }).first()).toBeVisible();
    await page.locator('summary', { hasText: 'Settings' }).click();
    await check(page, 'lab with results');
    await page.getByRole('button', { name: 'Keep to compare' }).click();
    await page.getByLabel('Results').fill('5');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'Comparison' })).toBeVisible();
    await check(page, 'two searches compared');
  });

  test('on the screens before sign-in', async ({ page, server, account: _ }) => {
    await page.goto(server.url);
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await check(page, 'sign-in');
    await page.goto(`${server.url}/#/accept/token`);
    await expect(page.getByRole('heading', { name: 'Accept your invitation' })).toBeVisible();
    await check(page, 'invitation');
  });
});

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
  const { collection_id: collection } = await api.call<{ collection_id: string }>('GET', `/v1/documents/${document}`);
  const link = await api.call<{ secret: string }>('POST', `/v1/collections/${collection}/links`, {});
  model.answers.set('notice period', [
    'The notice period is three months [1].\n\n| a | b | c |\n|---|---|---|\n| a long cell | another long cell | and a third long cell |',
  ]);
  await api.call('POST', '/v1/keys', { name: 'reporting', scopes: ['read'] });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.reload();
  await ask(page, 'How long is the notice period?');
  const fits = async (place: string) => {
    const widths = await page.evaluate(() =>
      ['html', '.page', '.conversation', '.source'].map((frame) => window.document.querySelector(frame)?.scrollWidth ?? 0),
    );
    expect(Math.max(...widths), place).toBeLessThanOrEqual(360);
  };
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
  const settings = `documents/in/${collection}/settings`;
  for (const [place, text] of [
    [`documents/${document}/text`, 'Both sides must give notice'],
    [`documents/${document}/versions`, 'found by searches'],
    ['memory', 'Nothing is remembered yet.'],
    ['memory/history', 'Every change of every memory.'],
    ['tools', 'No tool is stored.'],
    ['tools/usage', 'No tool was used'],
    ['lab', 'Type a query'],
    ['settings/people', 'No invitation is open.'],
    ['settings/keys', 'reporting'],
    ['settings/health', 'Duration:'],
    ['settings/activity', 'Answers by day'],
    ['settings/audit', 'Ada Lovelace'],
    [`${settings}/general`, 'Instructions for answers'],
    [`${settings}/reading`, 'Repeated from the passage before'],
    [`${settings}/model`, 'This server has no other model.'],
    [`${settings}/synonyms`, 'One group a line'],
    [`${settings}/ratings`, 'Nobody has rated a passage'],
  ] as const) {
    await page.goto(`${server.url}/#/${place}`);
    await expect(page.getByRole('main').getByText(text).first()).toBeVisible();
    await fits(place);
  }
  await page.goto(`${server.url}/#/link/${link.secret}`);
  await expect(page.getByText('Shared with you by a link')).toBeVisible();
  await fits('the page of a link');
  await page.getByRole('link', { name: 'Handbook', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Text of the document' })).toBeVisible();
  await fits('a document by a link');
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

test('the first question needs at most 90 kB of compressed JavaScript, and all other screens 60 kB more', async ({ server }) => {
  const get = async (path: string) => (await fetch(server.url + path)).text();
  const size = async (paths: string[]) => {
    const files = await Promise.all(paths.map(async (path) => gzipSync(await get(path), { level: 9 }).length));
    return files.reduce((sum, bytes) => sum + bytes, 0);
  };
  const first = [...(await get('/')).matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  expect(first.length).toBeGreaterThan(0);
  // The names of the other files stand in those that load them.
  const all = new Set(first);
  for (const path of all) {
    const named = (await get(path)).matchAll(/["'`](?:\.\/|\/?assets\/)([\w.-]+\.js)["'`]/g);
    for (const [, name] of named) all.add(`/assets/${name}`);
  }
  const later = [...all].filter((path) => !first.includes(path));
  const pdf = later.filter((path) => /pdf/i.test(path));
  const rest = later.filter((path) => !pdf.includes(path));
  expect(rest.length).toBeGreaterThanOrEqual(5);
  expect(pdf.length).toBeGreaterThanOrEqual(1);
  const sizes = { first: await size(first), rest: await size(rest), pdf: await size(pdf) };
  console.log(`compressed JavaScript: ${JSON.stringify(sizes)}`);
  expect(sizes.first).toBeLessThanOrEqual(90_000);
  expect(sizes.rest).toBeLessThanOrEqual(60_000);
});
