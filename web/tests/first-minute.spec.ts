// A new server on one's own machine: no account, no model, no document; and the server that goes away and comes back.
import { expect, test as base } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { Guard, HANDBOOK } from './fixtures';
import { RagServer } from './server';

const test = base.extend<{ server: RagServer }>({
  server: async ({}, use) => {
    const server = await RagServer.start();
    await use(server);
    await server.remove();
  },
});

test('a first visitor uploads, asks, checks a citation in its source, and looks into the search', async ({
  page,
  context,
  server,
}) => {
  const guard = await Guard.of(page, server.url);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(server.url);

  await expect(page.getByRole('heading', { name: 'Begin with a document' })).toBeVisible();
  await page.getByLabel('choose files').setInputFiles([
    { name: 'handbook.md', mimeType: 'text/markdown', buffer: Buffer.from(HANDBOOK) },
    { name: 'picture.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0, 1, 2, 255, 254, 0, 7, 8, 9, 128]) },
  ]);
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await expect(uploads.getByText('Convert it to PDF, HTML, Markdown or plain text.')).toBeVisible();
  await expect(uploads.getByText('1 of 2 files ready')).toBeVisible();

  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('How long is the notice period?');
  await question.press('Enter');
  const cite = page.locator('.prose .cite').first();
  await expect(cite).toBeVisible();
  await expect(page.locator('.prose')).toContainText('three months');
  await expect(page).toHaveURL(/#\/c\/[0-9a-f-]{36}$/);

  await expect(page.getByRole('button', { name: 'Answer again' })).toBeVisible();
  await cite.hover();
  const quote = (await page.getByRole('tooltip').locator('blockquote').innerText()).trim();
  expect(HANDBOOK).toContain(quote);
  await cite.click();
  const source = page.getByRole('complementary', { name: 'Source' });
  await expect(source.locator('mark')).toHaveText(quote);
  await expect(source.locator('mark')).toBeInViewport();
  await page.keyboard.press('Escape');
  await expect(source).toBeHidden();
  await expect(cite).toBeFocused();

  await page.getByRole('link', { name: 'Search lab' }).click();
  await page.getByRole('searchbox', { name: 'Query' }).fill('days of holiday');
  await page.keyboard.press('Enter');
  for (const leg of ['Words', 'Meaning', 'Fused']) {
    await expect(page.getByRole('region', { name: leg, exact: true }).locator('.hit').first()).toContainText(
      'thirty days of holiday',
    );
  }
  await expect(page.getByRole('row', { name: /^fuse/ })).toBeVisible();
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const found = JSON.parse(execFileSync('sh', ['-c', command]).toString()) as { results: { text: string }[] };
  expect(found.results[0]?.text).toContain('thirty days of holiday');

  expect(guard.offences).toEqual([]);
  await server.down();
  await page.getByRole('link', { name: 'Documents' }).click();
  await expect(page.getByText('The server does not answer.').first()).toBeVisible();
  await server.up();
  await expect(page.getByText('The server does not answer.')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Handbook', exact: true })).toBeVisible();
});
