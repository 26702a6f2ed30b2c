// The activity of an organisation and of one user: totals, charts with their table, the questions that are asked most often.
import AxeBuilder from '@axe-core/playwright';
import { Api, expect, HANDBOOK, register, test } from './fixtures';
import { ASKED, counts, pretendActivity } from './pretend';
import { RagServer } from './server';

interface Report {
  total: typeof counts;
}

/** Waits until the server has stored its events. */
async function expectTotal(api: Api, total: Partial<typeof counts>): Promise<void> {
  await expect.poll(async () => (await api.call<Report>('GET', '/v1/activity')).total).toMatchObject(total);
}

test('an admin sees what was searched, asked and stored, and how to have questions listed', async ({
  signedIn: page,
  api,
  model,
  server,
}) => {
  await page.goto(`${server.url}/#/settings`);
  await page.getByRole('link', { name: 'Activity' }).click();
  const main = page.getByRole('main');
  await expect(main.getByText(/^Nothing was searched, asked or added from/)).toBeVisible();
  await expect(main.getByText('This server does not store the text of questions')).toBeVisible();
  await expect(main.getByText('store_queries = true')).toBeVisible();

  const collection = await api.collection('handbook');
  await api.upload(collection, 'handbook.md', HANDBOOK);
  const nothing = await api.collection('nothing');
  for (const collection_ids of [[collection], [collection], [collection], [nothing]])
    await api.call('POST', '/v1/search', { query: 'notice period', collection_ids });
  model.answers.set('notice period', ['The notice period is three months [1].']);
  model.answers.set('canteen', ['The canteen serves soup.']);
  for (const question of ['How long is the notice period?', 'What does the canteen serve for the holidays?'])
    await api.call('POST', '/v1/ask', { question });
  await expectTotal(api, { searches: 4, empty_searches: 1, answers: 2, answered: 1, unsupported: 1, users: 1, published: 1 });
  await page.reload();
  const totals = (name: string) => main.locator('.totals > div').filter({ has: page.getByText(name, { exact: true }) });
  await expect(totals('Searches')).toContainText(/Searches\s*4.*Without a result\s*1 \(25%\)/s);
  await expect(totals('Answers')).toContainText(/2.*Supported\s*1 \(50%\).*Nothing found\s*0 \(0%\).*Not supported\s*1 \(50%\)/s);
  await expect(totals('Documents published')).toContainText(/1.*Refused\s*0.*Deleted\s*0/s);
  await expect(totals('Duration of a search')).toContainText(/\d m?s median/);
  await expect(totals('Duration of an answer')).toContainText(/95% end within [\d.]+ m?s/);
  await expect(totals('People')).toContainText('1');
  await expect(main.getByRole('img', { name: /^Searches by day, .* The most are 4, on / })).toBeVisible();
  await expect(main.getByRole('img', { name: /^Answers by day, .* The most are 2, on / })).toBeVisible();
});

test('the period is chosen, and every number of the charts is in their table', async ({ signedIn: page, server }) => {
  await pretendActivity(page);
  await page.goto(`${server.url}/#/settings/activity`);
  const chart = page.getByRole('img', { name: /^Searches by day/ });
  await expect(chart.locator('g')).toHaveCount(30);
  await expect(page.getByRole('radio', { name: '30 days' })).toBeChecked();
  await page.getByText('All numbers as a table').click();
  const rows = page.getByRole('table').first().getByRole('row');
  await expect(rows).toHaveCount(31);
  for (const days of [7, 90]) {
    await page.getByRole('radio', { name: `${days} days` }).check();
    await expect(rows).toHaveCount(days + 1);
    await expect(chart.locator('g')).toHaveCount(days);
  }
  // The fourth day from the first has counts, the one after it has none.
  await expect(rows.nth(4)).toContainText(/300\s*12\s*5\s*300\s*150\s*1\s*60\s*4\s*2$/);
  await expect(rows.nth(5)).toContainText(/^\d+ \w+\s*0\s*0\s*0\s*0\s*0\s*0\s*0\s*0\s*0$/);
  const heights = await chart
    .locator('g')
    .nth(3)
    .locator('rect:not(.day-space)')
    .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('height'))));
  expect(heights).toEqual([288, 12]);

  // The keyboard chooses, too.
  await page.getByRole('radio', { name: '90 days' }).press('ArrowLeft');
  await expect(rows).toHaveCount(31);

  const questions = page.getByRole('region', { name: 'Asked most often' });
  await expect(questions.getByRole('row')).toHaveCount(11);
  await questions.getByRole('button', { name: 'Show more' }).click();
  await expect(questions.getByRole('row')).toHaveCount(13);
});

test('questions that were stored earlier are listed with a notice', async ({ signedIn: page, server }) => {
  await pretendActivity(page, false);
  await page.goto(`${server.url}/#/settings/activity`);
  await expect(page.getByRole('status').filter({ hasText: 'no longer stores the text of questions' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Without an answer' }).getByRole('link', { name: ASKED[1] })).toBeVisible();
});

test.describe('in German, dark, 360 pixels wide', () => {
  test.use({ locale: 'de-DE', colorScheme: 'dark', viewport: { width: 360, height: 740 } });

  test('numbers have the form of the language, axe finds nothing, and nothing is too wide', async ({
    signedIn: page,
    server,
  }) => {
    await pretendActivity(page);
    await page.goto(`${server.url}/#/settings/activity`);
    await expect(page.locator('.totals')).toContainText('12.345');
    await expect(page.locator('.totals')).toContainText('1.500 (75 %)');
    await expect(page.locator('.totals')).toContainText('4,2 s');
    await page.getByText('All numbers as a table').click();
    const tooWide = () => page.locator('.page').evaluate((frame) => Math.max(frame.scrollWidth, document.body.scrollWidth) - 360);
    await expect.poll(tooWide).toBeLessThanOrEqual(0);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
    }
  });
});

const storing = test.extend<{ own: RagServer }>({
  own: async ({}, use) => {
    const server = await RagServer.start({ 'accounts.registration': 'open', 'analytics.store_queries': 'true' });
    await use(server);
    await server.remove();
  },
});

storing(
  'questions are listed with their number, and open the search lab; a member sees only their own',
  async ({ page, own }) => {
    const account = await register(own.url);
    const api = new Api(own.url, account.access);
    await page.goto(`${own.url}/`);
    await page.getByLabel('E-mail address').fill(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Begin with a document' })).toBeVisible();
    await page.goto(`${own.url}/#/settings/activity`);
    await expect(page.getByText('No question was stored in these days.')).toBeVisible();

    await api.upload(await api.collection('handbook'), 'handbook.md', HANDBOOK);
    for (const question of ['How long is the notice period?', 'how long is the notice  period', 'What is the capital of France?'])
      await api.call('POST', '/v1/ask', { question });
    await expectTotal(api, { answers: 3, answered: 2, not_found: 1 });
    await page.reload();
    const asked = page.getByRole('region', { name: 'Asked most often' });
    await expect(asked.getByRole('row', { name: /notice\s+period/i })).toContainText(/2\s*0/);
    await expect(asked.getByRole('row')).toHaveCount(3);
    const unanswered = page.getByRole('region', { name: 'Without an answer' });
    await expect(unanswered.getByRole('row')).toHaveCount(2);
    await unanswered.getByRole('link', { name: 'What is the capital of France?' }).click();
    await expect(page.getByRole('searchbox', { name: 'Query' })).toHaveValue('What is the capital of France?');

    const email = `grace-${account.email}`;
    const { token } = await api.call<{ token: string }>('POST', '/v1/invitations', { email, role: 'member' });
    const body = { token, display_name: 'Grace Hopper', password: account.password };
    const { tokens } = await api.call<{ tokens: { access_token: string } }>('POST', '/v1/invitations/accept', body);
    await page.evaluate((key) => sessionStorage.setItem('rag.key', key), tokens.access_token);
    await page.goto(`${own.url}/#/settings/activity`);
    await page.reload();
    await expect(page.getByText('Your own searches, answers and documents.')).toBeVisible();
    await expect(page.getByText(/^Nothing was searched, asked or added from/)).toBeVisible();
    await expect(page.getByText('notice period')).toHaveCount(0);
  },
);
