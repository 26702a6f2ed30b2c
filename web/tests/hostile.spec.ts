// Hostile texts in documents, names, answers, metadata and errors: no script, no request elsewhere, no violation of the policy.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from './fixtures';
import { PAYLOADS } from './payloads';
import { ID, pretend } from './pretend';

/** Prompt injections of public collections, where the checkout's parent folder has them. */
const PUBLISHED = '../../shared/data/injection/prompts.jsonl';

function published(): string[] {
  if (!existsSync(PUBLISHED)) return [];
  const rows = readFileSync(PUBLISHED, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);
  return rows.filter((text) => /https?:|<\w|!\[|javascript|\u200b/i.test(text)).slice(0, 60);
}

test('texts in every field of a conversation stay text', async ({ signedIn: page, server }) => {
  const texts = [...PAYLOADS, ...published()];
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(60);
  await pretend(page, texts);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));

  await page.goto(`${server.url}/#/c/${ID}`);
  await expect(async () => {
    await page.locator('.conversation').evaluate((frame) => frame.scrollTo(0, 0));
    await expect(page.locator('.exchange')).toHaveCount(texts.length, { timeout: 300 });
  }).toPass();
  await expect(
    page.locator('.exchange script, .exchange img, .exchange iframe, .exchange svg:not(.icon), .exchange style, .exchange form'),
  ).toHaveCount(0);
  const targets = await page
    .locator('.prose a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol));
  expect(targets.length).toBeGreaterThan(0);
  expect(targets.filter((protocol) => !['https:', 'http:', 'mailto:'].includes(protocol))).toEqual([]);
  await page.locator('.exchange').first().locator('.cite').first().hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await page.locator('.exchange').first().locator('.cite').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' })).toContainText('evil.test');
  expect(errors).toEqual([]);
});

test('texts in every field of the other screens stay text', async ({ signedIn: page, server }) => {
  const texts = [...PAYLOADS, ...published()];
  await pretend(page, texts);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  const screens = [
    '',
    'memory',
    'memory/history',
    'tools',
    'tools/usage',
    'documents',
    `documents/${ID}/text`,
    `documents/${ID}/passages`,
    `documents/${ID}/versions/1`,
    'settings/account',
    'settings/keys',
    'settings/people',
    'settings/usage',
    'settings/activity',
    'settings/audit',
  ];
  for (const screen of screens) {
    await page.goto(`${server.url}/#/${screen}`);
    // The sidebar has texts of its own.
    await expect(page.getByRole('main').getByText('evil.test').first(), screen).toBeAttached();
  }
  await page.goto(`${server.url}/#/memory`);
  await page.getByRole('button', { name: 'Why is this known?' }).first().click();
  await expect(page.locator('.why').first()).toContainText('evil.test');
  await page.goto(`${server.url}/#/documents/${ID}/passages`);
  await page.locator('.passage-text').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' })).toContainText('evil.test');
  await page.goto(`${server.url}/#/documents`);
  await page.getByText(/Refused before/).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('evil.test');
  await page.keyboard.press('Escape');
  await page.goto(`${server.url}/#/lab?q=${encodeURIComponent(PAYLOADS[0] ?? '')}`);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.locator('.hit')).toHaveCount(3 * texts.length);
  expect(errors).toEqual([]);
});

test('texts in the settings of a collection and on the page of a link stay text', async ({ signedIn: page, server }) => {
  const texts = [...PAYLOADS, ...published()];
  await pretend(page, texts);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  for (const tab of ['general', 'reading', 'model', 'synonyms', 'ratings']) {
    await page.goto(`${server.url}/#/documents/in/${ID}/settings/${tab}`);
    await expect(page.getByRole('heading', { name: /^Settings of/ })).toContainText('evil.test');
  }
  await expect(page.locator('table.judged tbody tr')).toHaveCount(texts.length);
  await page.goto(`${server.url}/#/documents/in/${ID}/settings/synonyms`);
  await expect(page.locator('.settings .plain li')).toHaveCount(texts.length);
  await page.goto(`${server.url}/#/documents/in/${ID}/settings/model`);
  await expect(page.getByText(/^Moving to/).first()).toContainText('evil.test');
  await page.goto(`${server.url}/#/link/ragl_pretended`);
  await expect(page.getByText('Shared with you by a link')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('evil.test');
  await expect(page.getByRole('row')).toHaveCount(texts.length + 1);
  await page.getByRole('searchbox').fill('evil');
  await page.keyboard.press('Enter');
  await expect(page.locator('.hit')).toHaveCount(texts.length);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByRole('textbox', { name: 'Question' }).fill('evil');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  await expect(page.locator('.exchange script, .exchange img, .exchange iframe, .exchange style, .exchange form')).toHaveCount(0);
  await page.locator('.cite').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' })).toContainText('evil.test');
  expect(errors).toEqual([]);
});

test('texts in real files, names and streamed answers stay text', async ({ signedIn: page, api, model }) => {
  const title = PAYLOADS[2] ?? '';
  const collection = await api.collection(`${title}`, `${PAYLOADS[0]}`);
  // The server takes no NUL in texts.
  const texts = PAYLOADS.map((text) => text.replaceAll('\u0000', ''));
  const text = `Evil planets orbit fast.\n\n${texts.join('\n\n')}`;
  await api.upload(collection, '<img src=x onerror=pwned=1>.md', text, { title, metadata: JSON.stringify({ note: title }) });
  await api.upload(
    collection,
    'page.html',
    `<html><head><title>${title}</title></head><body><p>Evil moons orbit too.</p>${texts.slice(0, 30).join('\n')}</body></html>`,
  );
  // In pieces that cut through the middle of tags and links.
  model.answers.set('Which evil planets', texts.join('\n\nCited [1].\n\n').match(/[\s\S]{1,37}/g) ?? []);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill(`Which evil planets orbit? ${title}`);
  await question.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  await page.locator('.sources button').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' }).getByRole('region')).toContainText('orbit');
  await page.getByRole('link', { name: 'Documents' }).click();
  await page.getByRole('link', { name: title }).last().click();
  await expect(page.getByRole('region', { name: 'Text of the document' })).toContainText('Evil planets');
});
