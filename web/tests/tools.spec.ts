// Tools: the list, a search for a request, the uses, and deleting one.
import { expect, test } from './fixtures';

test('tools are listed, found for a request, counted, and deleted with Undo', async ({ signedIn: page, api, server }) => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  await api.call('PUT', '/v1/tools/weather_today', {
    description: 'Returns the weather of a city, with wind and rain.',
    parameters,
  });
  await api.call('PUT', '/v1/tools/send_mail', { description: 'Sends an e-mail to a person.' });
  for (const outcome of ['success', 'success', 'failure', 'success'])
    await api.call('POST', '/v1/tools/send_mail/uses', { outcome, duration_ms: 120 });
  await page.goto(`${server.url}/#/tools`);
  const tools = page.locator('.memory');
  await expect(tools).toHaveText([/send_mail.*4 uses.*75% succeeded/s, /weather_today.*never used/s]);

  await page.getByRole('searchbox', { name: 'Find tools for a request' }).fill('Will it rain in Oslo?');
  await page.keyboard.press('Enter');
  await expect(tools).toHaveCount(1);
  await expect(tools).toContainText(/score \d\.\d+/);
  await tools.getByText('Parameters').click();
  await expect(tools.locator('pre')).toContainText('"city"');

  await page.getByRole('link', { name: 'Uses' }).click();
  await expect(page.getByRole('row', { name: 'send_mail' })).toContainText(/4\s*75%\s*120 ms/);
  await page.getByRole('link', { name: 'Stored' }).click();
  await tools.first().getByRole('button', { name: 'Delete send_mail' }).click();
  await expect(tools).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tools).toHaveCount(2);
  await tools.first().getByRole('button', { name: 'Delete send_mail' }).click();
  await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  await expect(tools).toHaveCount(1);
  await expect.poll(async () => (await api.call<{ items: unknown[] }>('GET', '/v1/tools')).items.length).toBe(1);
});

test('a list of more than a page is shown to its end, and stays as long when an item is deleted', async ({
  signedIn: page,
  api,
  server,
}) => {
  // The server embeds each of them, so there are no more than the second page needs.
  const names = Array.from({ length: 55 }, (_, index) => `tool_${String(index).padStart(3, '0')}`);
  for (const name of names) await api.call('PUT', `/v1/tools/${name}`, { description: `Counts the stars of region ${name}.` });
  await page.goto(`${server.url}/#/tools`);
  const tools = page.locator('.memories > li');
  await expect(tools).toHaveCount(50);
  const more = page.getByRole('button', { name: 'Show more' });
  await more.click();
  await expect(tools).toHaveCount(55);
  await expect(more).toHaveCount(0);
  expect(new Set(await tools.locator('code bdi').allTextContents())).toEqual(new Set(names));
  await page.getByRole('button', { name: 'Delete tool_052' }).click();
  await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  await expect(tools).toHaveCount(54);
  // Another list begins with its first page; coming back, this one is as long as it was.
  const search = page.getByRole('searchbox', { name: 'Find tools for a request' });
  await search.fill('stars of region tool_001');
  await page.keyboard.press('Enter');
  await expect(tools).toHaveCount(20);
  await search.fill('');
  await expect(tools).toHaveCount(54);
});
