// Texts that were read by OCR: the page says so, and of which pages the text can be wrong.
import type { Page } from '@playwright/test';
import { expect, HANDBOOK, test } from './fixtures';
import { makePdf } from './pdf-file';

/** Pages that OCR would have read: the number of each, and its confidence. */
type OcrPages = [number | null, number][];

/** Gives `pages` to the versions in the responses of the server; they are those of the time of the response. */
async function setOcrPages(page: Page, pages: () => OcrPages): Promise<void> {
  await page.route('**/v1/documents/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const response = await route.fetch();
    if (!/\/documents\/[^/]+(\/versions)?$/.test(pathname)) return route.fulfill({ response });
    const body = (await response.json()) as { version?: object; items?: object[] };
    const ocr_pages = pages().map(([page, confidence]) => ({ page, confidence }));
    if (body.version) body.version = { ...body.version, ocr_pages };
    if (body.items) body.items = body.items.map((version) => ({ ...version, ocr_pages }));
    return route.fulfill({ response, json: body });
  });
}

test('a document says which pages OCR read, and of which the text can be wrong', async ({ signedIn: page, api, server }) => {
  const id = await api.upload(await api.collection('scans'), 'handbook.md', HANDBOOK);
  const note = page.getByRole('status').filter({ hasText: 'OCR' });
  let pages: OcrPages = [];
  await setOcrPages(page, () => pages);
  await page.goto(`${server.url}/#/documents/${id}/text`);
  const show = async (next: OcrPages) => {
    pages = next;
    await page.reload();
    await expect(page.getByRole('region', { name: 'Text of the document' })).toContainText('three months');
  };
  await show([
    [1, 0.98],
    [2, 0.97],
    [3, 0.96],
    [7, 0.94],
  ]);
  await expect(note).toHaveText(
    'Pages 1–3, 7 were read by OCR (text recognition). The text of page 7 can be wrong. Compare it with the original.',
  );
  await show([[1, 0.97]]);
  await expect(note).toHaveText('Page 1 was read by OCR (text recognition).');
  await show([[1, 0.6]]);
  await expect(note).toHaveText(
    'Page 1 was read by OCR (text recognition). This text can be wrong. Compare it with the original.',
  );
  await show([
    [2, 0.97],
    [null, 0.97],
  ]);
  await expect(note).toHaveText('Page 2 and files within the document were read by OCR (text recognition).');
  await show(Array.from({ length: 30 }, (_, index): [number, number] => [1 + 2 * index, 0.97]));
  await expect(note).toHaveText('Pages 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, … were read by OCR (text recognition).');
  await show([]);
  await expect(note).toHaveCount(0);
});

test('the source of a citation says so for its version', async ({ signedIn: page, api, model, server }) => {
  await api.upload(await api.collection('scans'), 'handbook.md', HANDBOOK);
  model.answers.set('notice period', ['The notice period is three months [1].']);
  const asked = await api.call<{ session_id: string }>('POST', '/v1/ask', { question: 'How long is the notice period?' });
  await setOcrPages(page, () => [[1, 0.5]]);
  await page.goto(`${server.url}/#/c/${asked.session_id}`);
  await page.locator('.cite').first().click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane.locator('mark')).toContainText('three months');
  await expect(pane.getByText('This text can be wrong.')).toBeVisible();
});

test('the quote of a scan is marked in its text, and its page can be looked at', async ({
  signedIn: page,
  api,
  model,
  server,
}) => {
  const sentence = 'The telescope found seventeen comets in winter.';
  await api.upload(await api.collection('scans'), 'report.pdf', makePdf([['The year began with clouds.'], [sentence]]));
  model.answers.set('comets', ['It found seventeen comets [1].']);
  const asked = await api.call<{ session_id: string }>('POST', '/v1/ask', {
    question: 'How many comets did the telescope find?',
  });
  await setOcrPages(page, () => [
    [1, 0.99],
    [2, 0.99],
  ]);
  await page.goto(`${server.url}/#/c/${asked.session_id}`);
  await page.locator('.cite').first().click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane.locator('mark')).toContainText('seventeen comets');
  await expect(pane.getByText(/^Page \d was read by OCR/)).toBeVisible();
  await pane.getByRole('button', { name: 'Pages' }).click();
  await expect(pane.getByRole('region', { name: 'Pages' }).locator('canvas').first()).toBeVisible();
  await expect(pane.locator('mark')).toHaveCount(0);
  await expect(pane.getByText('could not be located')).toHaveCount(0);
});
