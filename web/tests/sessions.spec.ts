// The list of conversations, and the branches of one.
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { expect, HANDBOOK, test } from './fixtures';

test.beforeEach(async ({ api, model }) => {
  await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
  model.answers.set('notice period', ['The notice period is three months [1].']);
  model.answers.set('days of holiday', ['There are thirty days of holiday [1].']);
});

async function ask(page: Page, question: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  await box.fill(question);
  await box.press('Enter');
  const exchange = page.locator('.exchange').last();
  await expect(exchange.getByRole('heading', { name: question })).toBeVisible();
  await expect(exchange.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
}

async function choose(page: Page, title: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${title}` }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

const NOTICE = 'How long is the notice period?';
const HOLIDAYS = 'How many days of holiday are there?';

test('conversations are found, renamed, archived and exported', async ({ signedIn: page }) => {
  await page.reload();
  await ask(page, NOTICE);
  await page.getByRole('link', { name: 'New question' }).click();
  await expect(page.getByRole('heading', { name: 'Ask your documents' })).toBeVisible();
  await ask(page, HOLIDAYS);
  const list = page.getByRole('region', { name: 'Conversations' });
  await expect(list.getByRole('link')).toHaveCount(2);

  // A word that only an answer contains.
  await list.getByRole('searchbox').fill('THIRTY');
  await expect(list.getByRole('link')).toHaveText([HOLIDAYS]);
  await list.getByRole('searchbox').fill('submarine');
  await expect(list).toContainText('No conversation contains this.');
  await list.getByRole('searchbox').press('Escape');
  await expect(list.getByRole('link')).toHaveCount(2);

  await choose(page, NOTICE, 'Rename');
  await page.getByRole('textbox', { name: 'New title' }).fill('Notice <b>');
  await page.keyboard.press('Enter');
  await expect(list.getByRole('link', { name: 'Notice <b>' })).toBeVisible();

  await choose(page, 'Notice <b>', 'Archive');
  await expect(list.getByRole('link')).toHaveText([HOLIDAYS]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(list.getByRole('link')).toHaveCount(2);
  await choose(page, 'Notice <b>', 'Archive');
  await page.getByRole('button', { name: 'Show the archive' }).click();
  const archive = page.getByRole('region', { name: 'Archive' });
  await expect(archive.getByRole('link')).toHaveText(['Notice <b>']);
  const download = page.waitForEvent('download');
  await choose(page, 'Notice <b>', 'Export as Markdown');
  const file = await download;
  expect(file.suggestedFilename()).toBe('Notice b.md');
  expect(await readFile(await file.path(), 'utf8')).toContain('The notice period is three months');
});

test('a deleted conversation comes back with Undo, and is gone without it', async ({ signedIn: page, api }) => {
  await page.reload();
  await ask(page, NOTICE);
  const link = page.getByRole('link', { name: NOTICE });
  await choose(page, NOTICE, 'Delete');
  await expect(page.getByRole('heading', { name: 'Ask your documents' })).toBeVisible();
  await expect(link).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(link).toBeVisible();
  await choose(page, NOTICE, 'Delete');
  // Leaving the page ends the time for a change of mind.
  await page.reload();
  await expect(async () => {
    expect((await api.call<{ items: unknown[] }>('GET', '/v1/sessions')).items).toEqual([]);
  }).toPass();
  await page.reload();
  await expect(page.getByText('Your conversations appear here.')).toBeVisible();
});

test('an edited question and a new answer stand beside the old ones', async ({ signedIn: page, model }) => {
  await page.reload();
  await ask(page, NOTICE);
  await ask(page, HOLIDAYS);
  model.answers.set('notice period', ['It is three months, said again [1].']);
  model.answers.set('notice in writing', ['Yes, both sides, in writing [1].']);

  const first = page.locator('.exchange').first();
  await first.getByRole('button', { name: 'Answer again' }).click();
  await expect(first).toContainText('said again');
  await expect(page.getByRole('heading', { name: HOLIDAYS })).toHaveCount(0);
  const answers = first.getByRole('group', { name: 'Versions of the answer' });
  await expect(answers).toContainText('2 of 2');
  await answers.getByRole('button', { name: 'Previous version' }).click();
  await expect(first).not.toContainText('said again');
  // The branch continues as it did.
  await expect(page.getByRole('heading', { name: HOLIDAYS })).toBeVisible();

  await first.getByRole('button', { name: 'Edit the question' }).click();
  await page.getByRole('textbox', { name: 'Edit the question' }).fill('Must one give notice in writing?');
  await page.keyboard.press('Enter');
  await expect(first).toContainText('Yes, both sides');
  const questions = first.getByRole('group', { name: 'Versions of the question' });
  await expect(questions).toContainText('2 of 2');
  await page.reload();
  await expect(first).toContainText('Yes, both sides');
  const stored = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await questions.getByRole('button', { name: 'Previous version' }).click();
  await expect(page.getByRole('heading', { name: NOTICE })).toBeVisible();
  await stored;
  await expect(questions).toContainText('1 of 2');
  await page.reload();
  await expect(page.getByRole('heading', { name: NOTICE })).toBeVisible();
});
