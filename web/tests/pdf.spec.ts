// The pages of a PDF: drawn at the cited page with the quote marked; the text where that cannot be done.
import { expect, test } from './fixtures';
import { makePdf } from './pdf-file';

const FILLER = Array.from({ length: 12 }, (_, index) => `Paragraph ${index} of the report is about other matters.`);
const PAGES = [
  ['Report of the observatory', ...FILLER],
  [
    'Results',
    ...FILLER,
    'The telescope found seventeen comets during the exception-',
    'ally dark nights of winter. Two of them had never been seen.',
  ],
  ['Thanks', ...FILLER],
];

test('a citation opens its page with the quote marked, and the text on request', async ({ signedIn: page, api, model }) => {
  await api.upload(await api.collection('reports'), 'report.pdf', makePdf(PAGES));
  model.answers.set('comets', ['It found seventeen comets [1].']);
  const violations: string[] = [];
  page.on('console', (message) => message.type() === 'error' && violations.push(message.text()));
  await page.reload();
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  await box.fill('How many comets did the telescope find?');
  await box.press('Enter');
  await page.locator('.cite').first().click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  const marked = pane.getByRole('group', { name: 'Page 2' });
  await expect(marked.locator('canvas')).toBeVisible();
  await expect(marked.locator('mark').first()).toBeInViewport();
  await expect(pane.locator('.source-name')).toContainText('Page 2');
  // The marks lie on the lines that hold the quote. All places are read at once: the page may still scroll.
  const markedLines = () =>
    marked.evaluate((page) => {
      const middle = (element: Element) => {
        const { y, height } = element.getBoundingClientRect();
        return y + height / 2;
      };
      const lines = [...page.querySelectorAll('.text-layer span')];
      return [...page.querySelectorAll('mark')].map(
        (mark) => lines.find((line) => Math.abs(middle(line) - middle(mark)) < 4)?.textContent ?? '',
      );
    });
  const quoted = expect.stringMatching(/seventeen comets|ally dark nights/);
  await expect.poll(markedLines).toEqual([quoted, quoted]);
  // The picture is drawn after the text.
  const isDrawn = () =>
    marked.locator('canvas').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      return pixels.some((value, index) => index % 4 === 0 && value < 100);
    });
  await expect.poll(isDrawn).toBe(true);
  const width = (await marked.boundingBox())?.width ?? 0;
  await pane.getByRole('button', { name: 'Larger' }).click();
  await expect.poll(async () => (await marked.boundingBox())?.width ?? 0).toBeCloseTo(1.5 * width, 0);
  await expect(marked.locator('mark').first()).toBeInViewport();
  await pane.getByRole('button', { name: 'Text', exact: true }).click();
  await expect(pane.locator('mark')).toContainText('seventeen comets');
  expect(violations).toEqual([]);
});

test('pdf.js is loaded only when a PDF is opened', async ({ signedIn: page, server, api, model }) => {
  const id = await api.upload(await api.collection('mixed'), 'note.md', '# Note\n\nThe moon has no air.');
  const loaded: string[] = [];
  page.on('request', (request) => /Pdf|pdf/.test(request.url()) && loaded.push(request.url()));
  model.answers.set('moon', ['None [1].']);
  await page.reload();
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  await box.fill('Does the moon have air?');
  await box.press('Enter');
  await page.locator('.cite').first().click();
  await expect(page.locator('mark')).toBeVisible();
  await page.goto(`${server.url}/#/documents/${id}/text`);
  await expect(page.getByText('The moon has no air.')).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(loaded).toEqual([]);
});

test('a quote that is not on the pages is marked in the text', async ({ signedIn: page, api, model }) => {
  await api.upload(await api.collection('reports'), 'report.pdf', makePdf(PAGES));
  model.answers.set('comets', ['It found seventeen comets [1].']);
  // The original is another file than the one that was read.
  await page.route('**/content', (route) => route.fulfill({ body: makePdf([['Another file.'], ['Of two pages.']]) }));
  await page.reload();
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  await box.fill('How many comets did the telescope find?');
  await box.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  await page.locator('.cite').first().click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane).toContainText('could not be located on the pages');
  await expect(pane.locator('mark')).toContainText('seventeen comets');
});
