// Memories: search, reasons, times; edit, pin, archive, forget, erase, undo; and in conversations.
import { expect, HANDBOOK, test } from './fixtures';

test('a memory is added, explained, edited, forgotten and restored', async ({ signedIn: page }) => {
  await page.getByRole('link', { name: 'Memory' }).click();
  await expect(page.getByText('Nothing is remembered yet')).toBeVisible();
  await page.getByRole('button', { name: 'Remember something' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Memory', { exact: true }).fill('My password is hunter2-Xy7!kq');
  await dialog.getByRole('button', { name: 'Remember' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Memory', { exact: true }).fill('I prefer answers in short sentences.');
  await dialog.getByRole('button', { name: 'Remember' }).click();
  const card = page.locator('.memory');
  await expect(card).toContainText('I prefer answers in short sentences.');
  await expect(card).toContainText('Preference');

  await card.getByRole('button', { name: 'Why is this known?' }).click();
  await expect(card).toContainText('You said so');
  await expect(card.locator('.changes li')).toHaveCount(1);

  await card.getByRole('button', { name: 'Pinned' }).click();
  await expect(card.getByRole('button', { name: 'Pinned' })).toHaveAttribute('aria-pressed', 'true');
  await card.getByRole('button', { name: 'Edit the memory' }).click();
  await dialog.getByLabel('Memory', { exact: true }).fill('I prefer answers in long sentences.');
  await dialog.getByLabel('Reason').fill('I changed my mind');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(card).toContainText('long sentences');
  await expect(card.locator('.changes li').first()).toContainText('I changed my mind');
  await expect(card.locator('.changes del')).toHaveText('I prefer answers in short sentences.');
  await card.locator('.changes li').first().getByRole('button', { name: 'Undo' }).click();
  await expect(card.locator('.memory-text')).toContainText('short sentences');

  await card.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Forget' }).click();
  await expect(card).toHaveCount(0);
  const forgotten = page.getByRole('status').locator('.toast', { hasText: 'Forgotten.' });
  await forgotten.getByRole('button', { name: 'Undo' }).click();
  await expect(card).toHaveCount(1);
  await card.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect(card).toHaveCount(0);
  await page.getByRole('link', { name: 'Archived' }).click();
  await card.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Restore' }).click();
  await expect(card).toHaveCount(0);
  await page.getByRole('link', { name: 'Remembered' }).click();
  await expect(card).toHaveCount(1);
  await card.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Erase' }).click();
  await dialog.getByRole('button', { name: 'Erase' }).click();
  await expect(page.getByText('Nothing is remembered yet')).toBeVisible();
});

test('a memory that no longer holds is kept apart and found as of an earlier day', async ({ signedIn: page, api, server }) => {
  const remember = (value: string, valid_from: string) =>
    api.call('POST', '/v1/memories', {
      content: `I live in ${value}.`,
      valid_from,
      statement: { subject: 'user', attribute: 'residence', value },
    });
  await remember('Lisbon', '2024-03-01T00:00:00Z');
  await remember('Oslo', '2026-02-01T00:00:00Z');
  await page.goto(`${server.url}/#/memory`);
  const texts = page.locator('.memory-text');
  await expect(texts).toHaveText(['I live in Oslo.']);
  await page.getByRole('searchbox', { name: 'Search your memories' }).fill('Where do I live?');
  await page.getByLabel('as of').fill('2025-06-01');
  await page.keyboard.press('Enter');
  await expect(texts).toHaveText(['I live in Lisbon.']);
  await page.getByRole('link', { name: 'No longer true' }).click();
  await expect(page.locator('.memory')).toContainText('1 Mar 2024 to 1 Feb 2026');
  await page.getByRole('link', { name: 'History' }).click();
  await expect(page.locator('.changes li')).toHaveCount(3);
});

test('a conversation remembers once its settings say so; each statement is taken back and opens its reasons', async ({
  signedIn: page,
  api,
  model,
}) => {
  await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
  model.answers.set('notice period', ['The notice period is three months [1].']);
  const statement = 'I live in Oslo.';
  const question = 'How long is the notice period?';
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  const remembered = page.getByRole('list', { name: 'Remembered' });
  await page.reload();
  await box.fill(question);
  await box.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  await expect(remembered).toHaveCount(0);
  const sign = page.getByRole('button', { name: /^Memory:/ });
  await expect(sign).toHaveCount(0);

  await page.getByRole('button', { name: /^Actions for/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('dialog').getByLabel('Memory').selectOption('read_write');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(sign).toHaveText('Memory: on');
  await box.fill(`${statement} ${question}`);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(remembered).toContainText(`Remembered: ${statement}`);

  // A citation of a memory opens it, with its history and the means to correct it.
  model.answers.set('Where do I live', ['You live in Oslo [1].', '[2].', '[3].', '[4].']);
  await box.fill('Where do I live?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  const source = page.getByRole('region', { name: 'Sources' }).last().getByRole('button', { name: 'Memory' });
  await source.click();
  const pane = page.getByRole('complementary', { name: 'Source' });
  await expect(pane.locator('.memory-text')).toHaveText(statement);
  await expect(pane.locator('.changes li')).toContainText('It was stated.');
  await pane.getByRole('button', { name: 'Edit the memory' }).click();
  await page.getByRole('dialog').getByLabel('Memory', { exact: true }).fill('I live in Bergen.');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(pane.locator('.memory-text')).toHaveText('I live in Bergen.');
  await expect(pane.getByText('The answer cites it as it was then:')).toBeVisible();
  await pane.locator('.changes li').first().getByRole('button', { name: 'Undo' }).click();
  await expect(pane.locator('.memory-text')).toHaveText(statement);
  await pane.getByRole('button', { name: 'Close' }).click();

  await remembered.getByRole('button', { name: 'Undo' }).click();
  await expect(remembered).toContainText(`Taken back: ${statement}`);
  await page.reload();
  await expect(remembered).toContainText(`Taken back: ${statement}`);
  await expect(sign).toHaveText('Memory: on');
  await remembered.getByRole('button', { name: 'Why is this known?' }).click();
  await expect(pane.locator('.changes li').first()).toContainText('Undone');
  await expect(pane.getByText('Forgotten', { exact: true })).toBeVisible();
});

test('small memories of one subject are summarised after a look at what would happen, and undone', async ({
  signedIn: page,
  api,
  server,
}) => {
  const facts = [
    'My sister Nadia keeps bees behind the barn',
    'Nadia repairs old radios in Ghent',
    'Nadia borrowed the green ladder',
    'I owe Nadia forty euros for the tickets',
    'Walnuts make Nadia ill',
  ];
  for (const content of facts) await api.call('POST', '/v1/memories', { content });
  const active = async () => (await api.call<{ items: unknown[] }>('GET', '/v1/memories?state=active')).items.length;
  await page.goto(`${server.url}/#/memory`);
  await page.getByRole('button', { name: 'Tidy up' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tidy up' });
  await dialog.getByRole('button', { name: 'See what would happen' }).click();
  await expect(dialog.getByText('No memory fits.')).toBeVisible();
  await dialog.getByLabel('What to do').selectOption('consolidate');
  await expect(dialog.getByText('No memory fits.')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'See what would happen' }).click();
  await expect(dialog.getByText('No memories fit together.')).toBeVisible();
  await dialog.getByLabel('Neither changed nor recalled for, in days').fill('0');
  await dialog.getByRole('button', { name: 'See what would happen' }).click();
  await expect(dialog.getByText('1 summary:')).toBeVisible();
  await expect(dialog.getByRole('listitem')).toContainText('Nadia repairs old radios in Ghent');
  expect(await active()).toBe(5);
  await dialog.getByRole('button', { name: 'Summarise' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.memory')).toHaveCount(1);
  expect(await active()).toBe(1);
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.memory')).toHaveCount(5);
  expect(await active()).toBe(5);
});

test('memories that are not used are archived in one step after their number is shown, and come back', async ({
  signedIn: page,
  api,
  server,
}) => {
  const { memory_id } = await api.call<{ memory_id: string }>('POST', '/v1/memories', { content: 'The old boiler was green.' });
  // Memories of this test are too young for the server: it is told what it would answer in half a year.
  const asked: unknown[] = [];
  await page.route('**/v1/memories/archive', async (route) => {
    const body = route.request().postDataJSON() as { dry_run: boolean };
    asked.push(body);
    if (body.dry_run) return route.fulfill({ json: { memory_ids: [memory_id], step_id: null } });
    await api.call('PATCH', `/v1/memories/${memory_id}`, { state: 'archived' });
    const changes = await api.call<{ items: { step_id: string }[] }>('GET', `/v1/memories/${memory_id}/changes?limit=1`);
    return route.fulfill({ json: { memory_ids: [memory_id], step_id: changes.items[0]?.step_id } });
  });
  await page.goto(`${server.url}/#/memory`);
  await expect(page.locator('.memory')).toHaveCount(1);
  await page.getByRole('button', { name: 'Tidy up' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tidy up' });
  await dialog.getByLabel('Less important than').fill('0.6');
  await dialog.getByRole('button', { name: 'See what would happen' }).click();
  await expect(dialog.getByText('1 memory fits.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Archive', exact: true }).click();
  await expect(page.getByText('1 memory is archived.')).toBeVisible();
  await expect(page.locator('.memory')).toHaveCount(0);
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.memory')).toHaveCount(1);
  const request = { idle_days: 180, below_importance: 0.6 };
  expect(asked).toEqual([
    { ...request, dry_run: true },
    { ...request, dry_run: false },
  ]);
});
