// The settings of conversations and collections: defaults of questions, and refusals at their fields.
import type { Locator, Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { expect, HANDBOOK, test } from './fixtures';

const QUESTION = 'How long is the notice period?';

async function ask(page: Page, question: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  await box.fill(question);
  await box.press('Enter');
  const exchange = page.locator('.exchange').last();
  await expect(exchange.getByRole('heading', { name: question })).toBeVisible();
  await expect(exchange.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
}

async function openSettings(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: `Actions for ${QUESTION}` }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  return page.getByRole('dialog', { name: `Settings of “${QUESTION}”` });
}

test('a conversation has collections and instructions of its own, until they are reset', async ({
  signedIn: page,
  api,
  model,
}) => {
  await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
  await api.upload(await api.collection('kitchen'), 'soup.md', '# Soup\n\nThe soup boils for nine minutes.\n');
  model.answers.set('notice period', ['The notice period is three months [1].']);
  await page.reload();
  await ask(page, QUESTION);
  const dialog = await openSettings(page);
  await dialog.getByRole('checkbox', { name: 'kitchen' }).check();
  await dialog.getByLabel('Instructions for answers').fill('Answer like a pirate.');
  await dialog.getByLabel('Rewrite follow-up questions').selectOption('Off');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status').getByText('are saved')).toBeVisible();
  const picker = page.locator('.composer .picker summary');
  await expect(picker).toHaveText('As the conversation is set: kitchen');

  model.answers.set('planets', ['The soup boils for nine minutes [1].']);
  await ask(page, 'Which planets are there?');
  await expect(page.locator('.exchange').last()).toContainText('nine minutes');
  const request = model.requests.at(-1) ?? '';
  expect(request).toContain('Answer like a pirate.');
  expect(request).toContain('The soup boils');
  expect(request).not.toContain('Flights need the consent');

  // The settings are those of the server, also after a reload.
  await page.reload();
  await expect(picker).toHaveText('As the conversation is set: kitchen');
  const again = await openSettings(page);
  await expect(again.getByLabel('Instructions for answers')).toHaveValue('Answer like a pirate.');
  await expect(again.getByLabel('Rewrite follow-up questions')).toHaveValue('off');
  await again.getByRole('button', { name: 'Reset all to the defaults' }).click();
  await again.getByRole('button', { name: 'Save' }).click();
  await expect(picker).toHaveText('All collections');
  const [session] = (await api.call<{ items: { defaults: object }[] }>('GET', '/v1/sessions')).items;
  expect(session?.defaults).toEqual({});
});

test('a collection is renamed and has defaults; a refused value is marked at its field', async ({ signedIn: page, api }) => {
  const id = await api.collection('handbook', 'Rules.');
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/in/${id}`);
  await page.reload();
  await page.getByRole('link', { name: 'Settings of the collection' }).click();
  await expect(page.getByRole('heading', { name: 'Settings of “handbook”' })).toBeVisible();
  const form = page.getByRole('main');
  await form.getByLabel('Name', { exact: true }).fill('Rules of the house');
  const filter = form.getByLabel('Filter of documents');
  for (const [value, refusal] of [
    ['{"year": ', 'This is not JSON'],
    ['[1]', 'A filter is a JSON object'],
    ['{"year": {"$around": 2020}}', '$around is no operator'],
  ] as const) {
    await filter.fill(value);
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form.getByRole('alert')).toContainText(refusal);
    await expect(filter).toBeFocused();
    await expect(filter).toHaveAttribute('aria-invalid', 'true');
  }
  expect((await new AxeBuilder({ page }).include('main').analyze()).violations).toEqual([]);
  await filter.fill('{"year": {"$gte": 2020}}');
  await form.getByLabel('Other wordings of a question').fill('2');
  await form.getByLabel('Synonyms').selectOption('Off');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Settings of “Rules of the house”' })).toBeVisible();
  const stored = await api.call<{ defaults: object }>('GET', `/v1/collections/${id}`);
  expect(stored.defaults).toEqual({ filter: { year: { $gte: 2020 } }, understanding: { multi_query: 2, synonyms: false } });
});
