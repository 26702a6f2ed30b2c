// The charts of the server's health: measured while the page is visible, drawn by a library that no other screen loads.
import { expect, HANDBOOK, test } from './fixtures';

test('an admin sees response times, jobs, storage and the tokens of each day', async ({ signedIn: page, api, model, server }) => {
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
  model.answers.set('notice period', ['The notice period is three months [1].']);
  await page.goto(`${server.url}/#/settings/account`);
  await page.reload();
  await expect(page.getByText('this browser')).toBeVisible();
  expect(scripts.filter((path) => path.includes('/plot-'))).toEqual([]);

  await page.getByRole('link', { name: 'Health' }).click();
  await expect(page.getByRole('img', { name: /^Response time\. Duration: \S+ m?s$/ })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Jobs. Waiting: 0, Running: 0' })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Storage\. Size: [\d.]+ (B|kB)$/ })).toBeVisible();
  await expect(page.locator('.uplot canvas')).toHaveCount(3);
  // One sample is a point, in the colour of its series.
  const canvas = page.getByRole('img', { name: /^Response time/ }).locator('canvas');
  const hasColour = (wanted: string) =>
    canvas.evaluate((element: HTMLCanvasElement, colour) => {
      const { data = [] } = element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? {};
      return [...data].some(
        (red, index) => index % 4 === 0 && [red, data[index + 1], data[index + 2], data[index + 3]].join() === colour,
      );
    }, wanted);
  await expect.poll(() => hasColour('44,93,81,255')).toBe(true);
  await expect(page.getByText('No chat model was asked in the last 30 days.')).toBeVisible();
  expect(scripts.filter((path) => path.includes('/plot-') && path.endsWith('.js'))).toHaveLength(1);

  // The next measurement comes by itself, and none while the page is hidden.
  const nextSample = () => page.waitForRequest((request) => new URL(request.url()).pathname === '/ready');
  await nextSample();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const seen = nextSample();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await seen;

  await api.call('POST', '/v1/ask', { question: 'How long is the notice period?' });
  await page.reload();
  const tokens = page.getByRole('img', { name: /^Tokens read\. Tokens: \d+$/ });
  await expect(tokens).toBeVisible();
  await expect(page.getByRole('img', { name: /^Requests\. Requests: [1-9]$/ })).toBeVisible();
  // The day under the pointer is named in the caption.
  await tokens.scrollIntoViewIfNeeded();
  await tokens.locator('.u-over').hover({ position: { x: 2, y: 20 } });
  await expect(page.locator('figure', { has: tokens })).toContainText('Tokens: 0');
});
