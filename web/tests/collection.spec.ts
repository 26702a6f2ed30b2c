// The settings of a collection: reading and its pause, sizes of passages, another model, synonyms.
import type { Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { DIMENSIONS, Embedder } from './embedder';
import { Api, expect, HANDBOOK, register, test } from './fixtures';
import { RagServer } from './server';

async function openSettings(page: Page, collection: string, tab: string): Promise<void> {
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/in/${collection}/settings/${tab}`);
  await expect(page.getByRole('heading', { name: /^Settings of/ })).toBeVisible();
}

async function chunksOf(api: Api, document: string): Promise<number> {
  return (await api.call<{ version: { chunk_count: number } }>('GET', `/v1/documents/${document}`)).version.chunk_count;
}

test('reading is paused and resumed; documents that come meanwhile wait', async ({ signedIn: page, api }) => {
  const collection = await api.collection('handbook');
  await openSettings(page, collection, 'reading');
  await expect(page.getByText('Documents are read as soon as they are added.')).toBeVisible();
  await page.getByRole('button', { name: 'Pause reading' }).click();
  await expect(page.getByText(/^Paused since /)).toBeVisible();
  const form = new FormData();
  form.append('file', new Blob([HANDBOOK]), 'handbook.md');
  const { job } = await api.call<{ job: { id: string } }>('POST', `/v1/collections/${collection}/documents`, form);
  await page.reload();
  await expect(page.getByText('1 document waits until reading is resumed.')).toBeVisible();
  await page.getByRole('button', { name: 'Resume reading' }).click();
  await expect(page.getByText('Documents are read as soon as they are added.')).toBeVisible();
  const state = async () => (await api.call<{ state: string }>('GET', `/v1/jobs/${job.id}`)).state;
  await expect.poll(state).toBe('done');
  await expect(page.getByText(/^1 document/)).toHaveCount(0);
});

test('sizes of passages are saved and reset; refusals are in the words of the server', async ({ signedIn: page, api }) => {
  const collection = await api.collection('handbook');
  await openSettings(page, collection, 'reading');
  const size = page.getByLabel('Maximum size, in tokens');
  const overlap = page.getByLabel('Repeated from the passage before, in tokens');
  const save = page.getByRole('button', { name: 'Save' });
  for (const [tokens, repeated, refusal] of [
    ['5000', '0', 'reads 254 at a time'],
    ['100', '90', 'exceeds half of the chunk size'],
  ] as const) {
    await size.fill(tokens);
    await overlap.fill(repeated);
    await save.click();
    await expect(page.getByRole('alert')).toContainText(refusal);
  }
  await size.fill('48');
  await overlap.fill('8');
  await save.click();
  await expect(page.getByRole('status').getByText('Documents keep their passages until they are read again.')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  const sizes = async () => (await api.call<{ chunks?: object }>('GET', `/v1/collections/${collection}`)).chunks;
  expect(await sizes()).toEqual({ max_tokens: 48, overlap_tokens: 8 });
  await page.reload();
  await expect(size).toHaveValue('48');
  await expect(overlap).toHaveValue('8');
  await size.fill('');
  await overlap.fill('');
  await save.click();
  await expect.poll(sizes).toBeUndefined();
});

test('documents are read again by other sizes, or all of them, with progress', async ({ signedIn: page, api }) => {
  const collection = await api.collection('handbook');
  const text = Array.from({ length: 20 }, (_, day) => `On day ${day} the observatory counts ${day * 3} stars.`).join(' ');
  const document = await api.upload(collection, 'stars.txt', text);
  const before = await chunksOf(api, document);
  await api.call('PATCH', `/v1/collections/${collection}`, { chunks: { max_tokens: 48, overlap_tokens: 8 } });
  expect(await chunksOf(api, document)).toBe(before);
  await openSettings(page, collection, 'reading');
  const again = page.getByRole('button', { name: 'Read again' });
  await again.click();
  await expect(page.getByText('1 of 1 document read.')).toBeVisible();
  expect(await chunksOf(api, document)).toBeGreaterThan(before);
  await again.click();
  await expect(page.getByText('No document would be read differently.')).toBeVisible();
  await page.getByLabel('All documents, also those that would be read as before').check();
  await again.click();
  await expect(page.getByText('1 of 1 document read.')).toBeVisible();
});

test('synonyms are set a group a line, and a refused group is named', async ({ signedIn: page, api }) => {
  const collection = await api.collection('handbook');
  await openSettings(page, collection, 'synonyms');
  const groups = page.getByLabel('Groups');
  await groups.fill('notice period, term of notice\nholiday');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('group 2 (holiday)');
  await expect(groups).toBeFocused();
  await groups.fill('notice period,  term of notice\n\nholiday, vacation, leave\n');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('2 groups are saved.')).toBeVisible();
  await expect(groups).toHaveValue('notice period, term of notice\nholiday, vacation, leave');
  const stored = () => api.call<{ groups: string[][] }>('GET', `/v1/collections/${collection}/synonyms`);
  expect((await stored()).groups).toEqual([
    ['notice period', 'term of notice'],
    ['holiday', 'vacation', 'leave'],
  ]);
  await groups.fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The collection has no synonyms.')).toBeVisible();
  // A program can set terms that a line with commas does not hold; they are not cut in two.
  await api.call('PUT', `/v1/collections/${collection}/synonyms`, { groups: [['1,5 litres', 'a large bottle']] });
  await page.reload();
  await expect(page.getByText('1,5 litres = a large bottle')).toBeVisible();
  await expect(groups).toHaveCount(0);
});

test('a reader sees whose settings they are, and no links', async ({ signedIn: page, api, server }) => {
  const collection = await api.collection('handbook');
  const email = `${randomUUID()}@example.org`;
  const { token } = await api.call<{ token: string }>('POST', '/v1/invitations', { email, role: 'member' });
  const password = 'a password of the reader';
  const body = { token, display_name: 'Reader', password };
  const { tokens } = await api.call<{ tokens: { access_token: string } }>('POST', '/v1/invitations/accept', body);
  const reader = new Api(server.url, tokens.access_token);
  const { id } = await reader.call<{ id: string }>('GET', '/v1/me');
  await api.call('PUT', `/v1/collections/${collection}/members/${id}`, { role: 'reader' });
  await page.evaluate((key) => sessionStorage.setItem('rag.key', key), tokens.access_token);
  await page.reload();
  await openSettings(page, collection, 'reading');
  await expect(page.getByText('Only the owner of the collection can change its settings.')).toBeVisible();
  await page.getByRole('button', { name: 'Pause reading' }).click();
  await expect(page.getByRole('alert')).toContainText('You may see this, but not change it.');
  await page.getByRole('link', { name: 'Documents' }).last().click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByRole('dialog').getByText('Owner')).toBeVisible();
  await expect(page.getByRole('dialog').getByRole('region', { name: 'Links' })).toHaveCount(0);
});

test('a collection moves to another model, with its progress, unless the move is ended', async ({ page }) => {
  const embedder = await Embedder.start();
  const server = await RagServer.start({ 'accounts.registration': 'open' });
  try {
    const account = await register(server.url);
    const login = () => new Api(server.url, account.access);
    const collection = await login().collection('handbook');
    await login().upload(collection, 'handbook.md', HANDBOOK);
    const { key } = await login().call<{ key: string }>('POST', '/v1/keys', { name: 'ui', scopes: ['read', 'write', 'manage'] });
    const api = new Api(server.url, key);
    const model = async () => (await api.call<{ model: string }>('GET', `/v1/collections/${collection}`)).model;
    const old = await model();
    await page.goto(`${server.url}/health`);
    await page.evaluate((secret) => sessionStorage.setItem('rag.key', secret), key);
    await page.goto(`${server.url}/`);
    await openSettings(page, collection, 'model');
    await expect(page.getByText('This server has no other model.')).toBeVisible();

    await server.restart({
      'embedding.kind': 'openai',
      'embedding.base_url': embedder.url,
      'embedding.model': 'scripted',
      'embedding.dimensions': String(DIMENSIONS),
    });
    embedder.hold();
    await page.reload();
    await page.getByLabel('Move to').selectOption('scripted');
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await expect(page.getByText('Moving to scripted')).toBeVisible();
    await expect(page.getByText(/^\d of \d passages/)).toBeVisible();
    await page.reload();
    await expect(page.getByText('Moving to scripted')).toBeVisible();
    await page.getByRole('button', { name: 'End the move' }).click();
    await expect(page.getByText('The move has ended. The collection keeps its model.')).toBeVisible();
    await expect(page.getByText('Moving to scripted')).toHaveCount(0);
    await expect(page.getByText(`Passages are compared by the model ${old}.`)).toBeVisible();
    expect(await model()).toBe(old);

    embedder.release();
    await page.getByLabel('Move to').selectOption('scripted');
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await expect(page.getByText('Passages are compared by the model scripted.')).toBeVisible();
    expect(await model()).toBe('scripted');
    expect(embedder.requests).toBeGreaterThan(0);
  } finally {
    await server.remove();
    embedder.stop();
  }
});
