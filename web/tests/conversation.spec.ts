// Conversations with a chat model: streaming, stop, failure, follow-ups, several citations, history.
import { expect, HANDBOOK, test } from './fixtures';

test.beforeEach(async ({ api }) => {
  await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
});

test('an answer streams as Markdown, its citations are stepped through, and it stays in the history', async ({
  signedIn: page,
  model,
}) => {
  model.answers.set('Compare notice and holidays', [
    '| what | how long |\n|---|---|\n| notice | three months [1] |\n| holi',
    'days | thirty days [2] |\n\n```\nno [1] here\n```\n',
  ]);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('Compare notice and holidays');
  await question.press('Enter');
  await expect(page.getByRole('cell', { name: /thirty days/ })).toBeVisible();
  await expect(page.locator('.prose pre')).toHaveText(/no \[1\] here/);
  const sources = page.getByRole('region', { name: 'Sources' });
  await sources.getByRole('button').first().click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane.locator('mark')).toBeVisible();
  const first = await pane.locator('mark').innerText();
  await pane.getByRole('button', { name: 'Next citation' }).click();
  await expect(pane.getByText('2 of 2')).toBeVisible();
  await expect(pane.locator('mark')).not.toHaveText(first);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Compare notice and holidays' })).toBeVisible();
  await expect(page.getByRole('cell', { name: /thirty days/ })).toBeVisible();
});

test('an answer is rated, with a reason, and the rating is kept and taken back', async ({ signedIn: page, model }) => {
  model.answers.set('notice period', ['Three weeks [1].']);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question', exact: true });
  await question.fill('How long is the notice period?');
  await question.press('Enter');
  const down = page.getByRole('button', { name: 'Bad answer' });
  await down.click();
  await page.getByRole('radio', { name: 'Not in the sources' }).check();
  await page.getByRole('textbox', { name: 'Comment (optional)' }).fill('It is three months.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('button', { name: 'Not in the sources' })).toBeVisible();
  await page.reload();
  await expect(down).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Not in the sources' }).click();
  await expect(page.getByRole('textbox', { name: 'Comment (optional)' })).toHaveValue('It is three months.');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Good answer' }).click();
  await expect(down).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('button', { name: 'Good answer' }).click();
  await expect(page.getByRole('button', { name: 'Good answer' })).toHaveAttribute('aria-pressed', 'false');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Good answer' })).toHaveAttribute('aria-pressed', 'false');
});

test('a stopped answer keeps its text, here and in the history', async ({ signedIn: page, model }) => {
  model.answers.set('Tell me without end', ['The notice period is three months ']);
  model.stalls.add('Tell me without end');
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('Tell me without end');
  await question.press('Enter');
  await expect(page.locator('.prose')).toHaveText('The notice period is three months');
  await page.getByRole('link', { name: 'Documents' }).click();
  await page.getByRole('link', { name: 'Tell me without end' }).click();
  await expect(page.locator('.prose')).toHaveText('The notice period is three months');
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await expect(page.getByText('Stopped.')).toBeVisible();
  await page.reload();
  await expect(page.locator('.prose')).toHaveText('The notice period is three months');
  await expect(page.getByText('Stopped.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Answer again' })).toBeVisible();
});

test('a question that is sent while the answer before it ends is asked right after it', async ({ signedIn: page, model }) => {
  model.answers.set('notice period', ['Three months [1].']);
  model.answers.set('days of holiday', ['Thirty days [1].']);
  let release = () => undefined as void;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  // An answer has ended when its messages are read.
  await page.route('**/v1/sessions/*/messages?*', async (route) => {
    await isReleased;
    await route.continue();
  });
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question', exact: true });
  await question.fill('How long is the notice period?');
  await question.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toBeVisible();
  await question.fill('How many days of holiday are there?');
  await question.press('Enter');
  await expect(question).toHaveValue('How many days of holiday are there?');
  release();
  await expect(page.locator('.exchange').last()).toContainText('Thirty days');
  await expect(question).toHaveValue('');
  await expect(page.locator('.exchange')).toHaveCount(2);
});

test('an answer under way survives a reload, and can be stopped after it', async ({ signedIn: page, model }) => {
  model.answers.set('Tell me slowly', ['The notice period is three months ']);
  model.stalls.add('Tell me slowly');
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('Tell me slowly');
  await question.press('Enter');
  await expect(page.locator('.prose')).toHaveText('The notice period is three months');
  await page.reload();
  await expect(page.locator('.prose')).toHaveText('The notice period is three months');
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await expect(page.getByText('Stopped.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Answer again' })).toBeVisible();
});

test('only the chosen collection is searched, and the choice is kept', async ({ signedIn: page, api, model }) => {
  const other = await api.collection('astronomy');
  await api.upload(other, 'moon.md', '# Moon\n\nThe moon orbits the earth in twenty-seven days.');
  model.answers.set('orbit of the moon', ['In twenty-seven days [1].']);
  await page.reload();
  await page.locator('.picker summary').click();
  await page.getByRole('checkbox', { name: 'astronomy' }).check();
  await page.keyboard.press('Escape');
  const sent = page.waitForRequest((request) => request.url().endsWith('/v1/ask'));
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('How long is the orbit of the moon?');
  await question.press('Enter');
  expect((await sent).postDataJSON()).toMatchObject({ collection_ids: [other] });
  await expect(page.getByRole('region', { name: 'Sources' })).toContainText('Moon');
  await page.reload();
  await expect(page.locator('.picker summary')).toHaveText('astronomy');
});

test('without a passage there is nothing to mark, and the page says so', async ({ signedIn: page, api, model }) => {
  model.answers.set('Where do flights', ['Flights need consent [1].']);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('Where do flights need consent?');
  await question.press('Enter');
  const sources = page.getByRole('region', { name: 'Sources' });
  await expect(sources).toBeVisible();
  const { items } = await api.call<{ items: { id: string }[] }>('GET', '/v1/collections');
  const documents = await api.call<{ items: { id: string }[] }>('GET', `/v1/collections/${items[0]?.id}/documents`);
  await api.call('DELETE', `/v1/documents/${documents.items[0]?.id}`);
  await sources.getByRole('button').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' })).toContainText('This document does not exist any more');
  await expect(page.locator('mark')).toHaveCount(0);
});

test('a sentence that cites nothing is underlined, and an answer that nothing supports has a notice', async ({
  signedIn: page,
  model,
}) => {
  model.answers.set('probation', ['The notice period is **three months** [1]. It is 🐢 *very* long.']);
  model.answers.set('canteen', ['The canteen serves **soup**.']);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question', exact: true });
  await question.fill('How long is the notice period after the probation?');
  await question.press('Enter');
  const doubts = page.getByTitle('This sentence cites no passage.');
  await expect(doubts).toHaveText(['It is 🐢 ', 'very', ' long.']);
  const notice = page.getByText('No cited passage supports this answer.');
  await expect(notice).toBeHidden();
  await question.fill('What does the canteen serve for the notice period?');
  // Enter sends nothing while the end of the answer before is being read.
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(notice).toBeVisible();
  await page.reload();
  await expect(notice).toBeVisible();
  await expect(doubts).toHaveText(['It is 🐢 ', 'very', ' long.', 'The canteen serves ', 'soup', '.']);
});

test('a wide table scrolls sideways and keeps its words whole', async ({ signedIn: page, model }) => {
  const row = (text: string) => `|${Array.from({ length: 30 }, (_, column) => `${text} ${column}`).join('|')}|\n`;
  model.answers.set('notice period', [`A table [1].\n\n${row('column')}|${'---|'.repeat(30)}\n${row('consideration')}`]);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill('How long is the notice period?');
  await question.press('Enter');
  const cell = page.getByRole('cell', { name: 'consideration 0' });
  await expect(cell).toBeVisible();
  // The end of an answer draws it once more: a cell of before has no height.
  const lines = () => cell.evaluate((element) => element.clientHeight / parseFloat(getComputedStyle(element).lineHeight));
  await expect.poll(lines).toBeLessThan(4);
  const frame = page.locator('.table-frame');
  await expect.poll(() => frame.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
});
