// Documents: many files at once, refusals with cures, the text, versions, deleting, collections.
import { expect, HANDBOOK, test } from './fixtures';

test('many files are stored, and a damaged one is refused with its cure', async ({ signedIn: page, api }) => {
  await api.collection('papers');
  await page.goto(page.url().replace(/#.*/, '') + '#/documents');
  const files = Array.from({ length: 8 }, (_, index) => ({
    name: `note-${index}.txt`,
    mimeType: 'text/plain',
    buffer: Buffer.from(`Note ${index} is about the ${index}th planet.`),
  }));
  await page
    .getByLabel('choose files')
    .setInputFiles([...files, { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\ngarbage') }]);
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await expect(uploads.getByText('8 of 9 files ready')).toBeVisible();
  const damaged = uploads.getByRole('listitem').filter({ hasText: 'The document is damaged and cannot be read' });
  await expect(damaged).toHaveCount(1);
  await expect(damaged.locator('.upload-icon')).toHaveCSS('color', 'rgb(159, 45, 37)');
  await expect(page.getByRole('row', { name: /note-/ })).toHaveCount(8);

  await page.getByRole('button', { name: 'Delete note-3.txt' }).click();
  await expect(page.getByRole('row', { name: /note-/ })).toHaveCount(7);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('row', { name: /note-/ })).toHaveCount(8);
  await page.getByRole('button', { name: 'Delete note-3.txt' }).click();
  await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('7 documents')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('row', { name: /note-/ })).toHaveCount(7);
  await expect(page.getByText('Refused before (1)')).toBeVisible();
});

test('an address without a page, and that of a document that is gone, lead on', async ({ signedIn: page, server }) => {
  await page.goto(`${server.url}/#/nowhere`);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await page.goto(`${server.url}/#/documents/01900000-0000-7000-8000-000000000001/text`);
  await expect(page.getByRole('alert')).toContainText('There is no such document');
  await page.getByRole('main').getByRole('link', { name: 'Documents' }).click();
  await expect(page.getByRole('heading', { name: 'Documents' })).toBeVisible();
  await page.goto(`${server.url}/#/nowhere`);
  await page.getByRole('main').getByRole('link', { name: 'New question' }).click();
  await expect(page.getByRole('heading', { name: 'Begin with a document' })).toBeVisible();
});

test('a document shows its text, its passages and its original', async ({ signedIn: page, api }) => {
  const id = await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
  await page.goto(page.url().replace(/#.*/, '') + `#/documents/${id}/text`);
  await expect(page.getByRole('heading', { name: 'Handbook' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Text of the document' })).toContainText('Flights need the consent');
  await page.getByRole('link', { name: 'Passages' }).click();
  const first = page.locator('.passage-text').first();
  await expect(first).toContainText('notice period');
  await first.click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane.locator('mark', { hasText: 'notice period' }).first()).toBeVisible();
  await pane.getByRole('button', { name: 'Close' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the original' }).click();
  expect((await download).suggestedFilename()).toBe('handbook.md');
});

test('a long text is read in windows', async ({ signedIn: page, api }) => {
  // One long word is one token for the model, so that many characters cost little time.
  const lines = Array.from({ length: 160 }, (_, index) => `Line ${index} of a report 😀 ${'x'.repeat(150)}`);
  const id = await api.upload(await api.collection('long'), 'long.txt', lines.join('\n\n'));
  await page.goto(page.url().replace(/#.*/, '') + `#/documents/${id}/text`);
  await expect(page.getByText('Line 3 of')).toBeVisible();
  await expect(page.getByText('Line 159 of')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show the text after' }).click();
  await expect(page.getByText('Line 159 of')).toBeVisible();
});

test('collections are made, shared and deleted', async ({ signedIn: page }) => {
  await page.goto(page.url().replace(/#.*/, '') + '#/documents');
  await page.getByRole('button', { name: 'New collection' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('contracts');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { name: 'contracts' })).toBeVisible();
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('dialog')).toContainText('nobody else to share with');
  await expect(page.getByRole('dialog').getByRole('link', { name: 'Open People' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Delete the collection' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the collection' }).click();
  await expect(page.getByText('Add your first files.')).toBeVisible();
});

test('a name of a file is shown in the order of its letters, however long it is', async ({ signedIn: page, api, server }) => {
  const id = await api.collection('papers');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${server.url}/#/documents/in/${id}`);
  await page.reload();
  const buffer = Buffer.from('The invoice is due in May.');
  const long = `${'ein-sehr-langer-name-'.repeat(14)}.txt`;
  await page.getByLabel('choose files').setInputFiles([
    { name: 'invoice\u202efdp.txt', mimeType: 'text/plain', buffer },
    { name: long, mimeType: 'text/plain', buffer: Buffer.from('Another text.') },
  ]);
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await expect(uploads.getByText('2 of 2 files ready')).toBeVisible();
  await expect(uploads.getByText('invoicefdp.txt', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'invoicefdp.txt' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^ein-sehr/ })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('a file of the same name is a new version; what changed is shown, and the old version is restored', async ({
  signedIn: page,
  api,
  model,
}) => {
  const collection = await api.collection('handbook');
  const id = await api.upload(collection, 'rules/handbook.md', HANDBOOK);
  model.answers.set('notice period', ['The notice period is three months [1].']);
  const asked = await api.call<{ session_id: string }>('POST', '/v1/ask', { question: 'How long is the notice period?' });
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/in/${collection}`);
  await page.reload();
  const text = HANDBOOK.replace('three months', 'four months').replace('in writing', 'in writing, by letter');
  const file = { name: 'rules/handbook.md', mimeType: 'text/markdown', buffer: Buffer.from(text) };
  await page.getByLabel('choose files').setInputFiles(file);
  await expect(page.getByText('Ready, as version 2')).toBeVisible();
  const row = page.getByRole('row', { name: /Handbook/ });
  await expect(row).toContainText('rules/handbook.md');
  await row.getByRole('link', { name: 'Version 2' }).click();

  const versions = page.locator('.versions > li');
  await expect(versions).toHaveCount(2);
  await page.getByRole('button', { name: 'What changed in version 2' }).click();
  const changes = versions.first();
  await expect(changes.locator('del')).toHaveText(['three ']);
  await expect(changes.locator('ins')).toHaveText(['four ', ', by letter']);
  await page.getByRole('button', { name: 'Text of version 1' }).click();
  await expect(versions.last()).toContainText('three months');
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  // The message stays while it has the focus, however long the version is read.
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.focus();
  await expect(versions).toHaveCount(3);
  await expect(versions.first()).toContainText('found by searches');
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/${id}/text`);
  await expect(page.getByRole('region', { name: 'Text of the document' })).toContainText('three months');
  await undo.press('Enter');
  await expect(page.getByRole('region', { name: 'Text of the document' })).toContainText('four months');

  // A citation shows the version that it cites.
  await page.goto(`${page.url().replace(/#.*/, '')}#/c/${asked.session_id}`);
  await page.locator('.cite').first().click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane.locator('mark')).toContainText('three months');
  await expect(pane).toContainText(/Version 1, of .*\. The newest is version 4\./);
  await pane.getByRole('link', { name: 'What has changed since' }).click();
  await expect(page).toHaveURL(new RegExp(`documents/${id}/versions/1$`));
  await expect(page.locator('.versions > li').first().locator('ins').first()).toHaveText('four ');
});

test('differences of any length are shown part by part', async ({ signedIn: page, api, server }) => {
  const collection = await api.collection('handbook');
  const id = await api.upload(collection, 'handbook.md', HANDBOOK);
  await api.upload(collection, 'handbook.md', `${HANDBOOK}\nMore.\n`);
  // Reading texts of this length would take the server minutes.
  const word = (line: number, index: number) => `word${(line * 31 + index * 7) % 1000}`;
  const paragraph = (line: number) => Array.from({ length: 300 }, (_, index) => word(line, index)).join(' ');
  const lines = Array.from({ length: 1_000 }, (_, line) => [`-${paragraph(line)}`, `+${paragraph(line + 1)}`]).flat();
  const unified = `--- version 1\n+++ version 2\n@@ -1 +1 @@\n${lines.join('\n')}\n`;
  await page.route('**/versions/2/changes*', (route) =>
    route.fulfill({ json: { from: 1, to: 2, added_lines: 1_000, removed_lines: 1_000, unified } }),
  );
  await page.goto(`${server.url}/#/documents/${id}/versions`);
  await page.getByRole('button', { name: 'What changed in version 2' }).click();
  const shown = page.locator('.hunk p');
  await expect(page.getByText('The differences go on.')).toBeVisible();
  const count = await shown.count();
  expect(count).toBeLessThan(200);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => shown.count()).toBeGreaterThan(count);
});

test('a large upload is paused, resumed after a reload, and cancelled', async ({ signedIn: page, api, server }) => {
  const id = await api.collection('large');
  await page.goto(`${server.url}/#/documents/in/${id}`);
  await page.reload();
  const text = Array.from({ length: 3000 }, (_, index) => `Case ${index} of the report is about star ${index * 7}.`).join('\n\n');
  const file = { name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.from(text) };
  await page.getByLabel('choose files').setInputFiles(file);
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await uploads.getByRole('button', { name: 'Pause large.txt' }).click();
  await expect(uploads.getByText('Paused', { exact: true })).toBeVisible();
  await page.reload();
  await uploads.getByRole('button', { name: 'Resume large.txt' }).click();
  await expect(uploads.getByText(/^(Waiting|Reading|Dividing|Indexing)/)).toBeVisible();
  await uploads.getByRole('button', { name: 'Cancel large.txt' }).click();
  await expect(uploads.getByText('Cancelled', { exact: true })).toBeVisible();
  await expect(page.getByText('This collection is empty.')).toBeVisible();
});

test('a long list is narrowed by the beginning of paths', async ({ signedIn: page, api, server }) => {
  const collection = await api.collection('handbook');
  // Documents are listed before they are read.
  await api.call('POST', `/v1/collections/${collection}/ingest/pause`);
  const add = (source: string) =>
    api.call('POST', `/v1/collections/${collection}/texts`, { source, title: source, text: `About ${source}.` });
  const names = Array.from({ length: 9 }, (_, index) => `${index < 3 ? 'rules' : 'notes'}/part-${index}.txt`);
  for (const name of names.slice(0, 8)) await add(name);
  await page.goto(`${server.url}/#/documents/in/${collection}`);
  await page.reload();
  await expect(page.getByText('8 documents')).toBeVisible();
  const filter = page.getByRole('searchbox', { name: 'Files and addresses that begin with' });
  await expect(filter).toHaveCount(0);
  for (const name of names.slice(8)) await add(name);
  await page.reload();
  const rows = page.getByRole('row', { name: /part-/ });
  await expect(rows).toHaveCount(9);
  await filter.fill('rules/');
  await expect(rows).toHaveCount(3);
  await expect(page.getByRole('row', { name: /rules\/part-/ })).toHaveCount(3);
  await expect(page.getByText('9 documents')).toBeVisible();
  await filter.fill('part');
  await expect(page.getByText('No file and no address begins with this.')).toBeVisible();
  await filter.fill('');
  await expect(rows).toHaveCount(9);
});
