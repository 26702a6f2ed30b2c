// Ratings of results: they are given and taken back in the search lab, move passages, and are counted for editors.
import { expect, HANDBOOK, test, type Api } from './fixtures';

const judgements = async (api: Api, collection: string) =>
  (await api.call<{ items: { query: string; weight: number }[] }>('GET', `/v1/collections/${collection}/judgements`)).items;

test('a result is rated, rated otherwise and taken back, and the next search shows what ratings add', async ({
  signedIn: page,
  api,
  server,
}) => {
  const collection = await api.collection('handbook');
  await api.upload(collection, 'handbook.md', HANDBOOK);
  await page.goto(`${server.url}/#/lab?q=${encodeURIComponent('How long is the notice period?')}`);
  await page.reload();
  const fused = page.getByRole('region', { name: 'Fused' });
  await expect(fused.locator('.hit').first()).toContainText('three months');
  await expect(page.getByText('nobody sees your question.')).toBeVisible();
  await expect(page.getByText(/^ratings/)).toHaveCount(0);
  const helps = fused.getByRole('button', { name: 'Helps with this question' }).first();
  const misleads = fused.getByRole('button', { name: 'Misleads' }).first();
  await misleads.click();
  await expect(misleads).toHaveAttribute('aria-pressed', 'true');
  await helps.focus();
  await page.keyboard.press('Enter');
  await expect(helps).toHaveAttribute('aria-pressed', 'true');
  await expect(misleads).toHaveAttribute('aria-pressed', 'false');
  expect(await judgements(api, collection)).toMatchObject([{ query: 'How long is the notice period?', weight: 1 }]);
  // The other columns show the same rating of the same passage.
  await expect(page.getByRole('button', { name: 'Helps with this question', pressed: true })).toHaveCount(3);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(fused.getByText(/^ratings \+0\.\d\d$/)).toBeVisible();
  await expect(fused.getByText(/^ratings/)).toHaveAttribute('title', /similar questions/);
  await helps.click();
  await expect(helps).toHaveAttribute('aria-pressed', 'false');
  expect(await judgements(api, collection)).toEqual([]);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByText(/^ratings/)).toHaveCount(0);
});

test('the owner sees rated documents and has all ratings forgotten', async ({ signedIn: page, api, server }) => {
  const collection = await api.collection('handbook');
  await api.upload(collection, 'handbook.md', HANDBOOK);
  const query = 'How long is the notice period?';
  const { results } = await api.call<{ results: { chunk_id: string }[] }>('POST', '/v1/search', { query });
  const body = { query, chunk_id: results[0]?.chunk_id, rating: 'down' };
  await page.goto(`${server.url}/#/documents/in/${collection}/settings/ratings`);
  await expect(page.getByText('Nobody has rated a passage of this collection yet.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Forget all ratings' })).toHaveCount(0);
  await api.call('POST', `/v1/collections/${collection}/judgements`, body);
  await page.reload();
  const cells = page.getByRole('row', { name: /^Handbook/ }).getByRole('cell');
  await expect(cells.nth(1)).toHaveText('0');
  await expect(cells.nth(2)).toHaveText('1');
  await expect(cells.nth(3)).toHaveText('1');
  await page.getByRole('button', { name: 'Forget all ratings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Forget all ratings?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await judgements(api, collection)).toHaveLength(1);
  await page.getByRole('button', { name: 'Forget all ratings' }).click();
  await dialog.getByRole('button', { name: 'Forget all ratings' }).click();
  await expect(page.getByText('1 rating is forgotten.')).toBeVisible();
  await expect(page.getByText('Nobody has rated a passage of this collection yet.')).toBeVisible();
  expect(await judgements(api, collection)).toEqual([]);
});
