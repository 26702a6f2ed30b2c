// The pictures of docs/ui, of a server with the documents of this project.
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, test, type Api } from '../tests/fixtures';
import { makePdf } from '../tests/pdf-file';
import { counts } from '../tests/pretend';

const FOLDER = '../docs/ui';

const HOURS = `# Visits

## Opening hours

The dome is open on Saturdays from six to nine in the evening. Groups of more than ten people need an appointment.

## Tickets

A ticket costs four crowns. Children below twelve years pay nothing.
`;

const REPORT = [
  ['Annual report of the observatory', '', 'The year began with clouds. From March the sky was clear on 212 nights.'],
  [
    'Comets',
    '',
    'The new telescope was pointed at the southern sky from April to September.',
    'It found seventeen comets during the exceptionally dark nights of winter.',
    'Two of them had never been seen before; their orbits are still being computed.',
    '',
    'Visitors',
    '',
    'More than nine thousand people visited the dome. Most came on Saturdays.',
  ],
];

async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await save(page, name);
}

/** WebP, a third of the size of PNG. */
async function save(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
  await writeFile(`${FOLDER}/${name}.webp`, Buffer.from(data, 'base64'));
  await session.detach();
}

async function ask(page: Page, question: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Question', exact: true });
  await box.fill(question);
  await box.press('Enter');
  const exchange = page.locator('.exchange').last();
  await expect(exchange.getByRole('heading', { name: question })).toBeVisible();
  await expect(exchange.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
}

async function fill(api: Api): Promise<void> {
  const manual = await api.collection('Manual', 'How the server is built and run.');
  for (const [name, title] of [
    ['ARCHITECTURE', 'Architecture'],
    ['OPERATIONS', 'Operations'],
    ['FORMATS', 'Formats'],
  ] as const) {
    await api.upload(manual, `${name}.md`, readFileSync(`../docs/${name}.md`, 'utf8'), { title });
  }
  const observatory = await api.collection('Observatory', 'Reports of the observatory.');
  await api.upload(observatory, 'annual-report.pdf', makePdf(REPORT), { title: 'Annual report' });
  for (const content of [
    'I prefer answers in short sentences.',
    'My office is in the west dome.',
    'Always give temperatures in kelvin.',
  ]) {
    await api.call('POST', '/v1/memories', { content });
  }
  const statement = (value: string) => ({ subject: 'user', attribute: 'residence', value });
  for (const [value, valid_from] of [
    ['Lisbon', '2024-03-01T00:00:00Z'],
    ['Oslo', '2026-02-01T00:00:00Z'],
  ] as const) {
    await api.call('POST', '/v1/memories', { content: `I live in ${value}.`, statement: statement(value), valid_from });
  }
}

/** Lets the server report a month of work. */
async function pretendMonth(page: Page): Promise<void> {
  const asked = (question: string, asked: number, unanswered: number) => ({
    question,
    asked,
    unanswered,
    last_asked_at: new Date().toISOString(),
  });
  const questions = [
    asked('When is the dome open?', 41, 0),
    asked('How many comets did the new telescope find?', 23, 0),
    asked('Is there a car park?', 12, 12),
    asked('What happens to an upload after a crash?', 9, 1),
  ];
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  await page.route('**/v1/activity?*', (route) => {
    const from = new URL(route.request().url()).searchParams.get('from') ?? '';
    const days = Array.from({ length: 30 }, (_, index) => ({
      day: day(Date.parse(from) + index * 86_400_000),
      total: {
        ...counts,
        searches: 12 + ((index * 37) % 29),
        empty_searches: (index * 7) % 4,
        answered: 6 + ((index * 11) % 9),
        not_found: index % 3,
        unsupported: index % 2,
        broken_off: index % 9 === 4 ? 1 : 0,
      },
    })).filter((_, index) => index % 7 !== 1);
    const sum = (field: 'searches' | 'empty_searches' | 'answered' | 'not_found' | 'unsupported' | 'broken_off') =>
      days.reduce((all, { total }) => all + total[field], 0);
    const [answered, not_found, unsupported, broken_off] = [
      sum('answered'),
      sum('not_found'),
      sum('unsupported'),
      sum('broken_off'),
    ];
    const total = {
      ...counts,
      searches: sum('searches'),
      empty_searches: sum('empty_searches'),
      answers: answered + not_found + unsupported + broken_off,
      answered,
      not_found,
      unsupported,
      broken_off,
    };
    const unanswered = [asked('Is there a car park?', 12, 12), asked('What happens to an upload after a crash?', 9, 1)];
    return route.fulfill({ json: { from, to: day(Date.now()), total, days, questions, unanswered, stores_questions: true } });
  });
}

test('screens', async ({ signedIn: page, api, model, server }) => {
  const go = (place: string) => page.goto(`${server.url}/#/${place}`);
  const theme = async (name: 'light' | 'dark') => {
    await page.evaluate((chosen) => localStorage.setItem('rag.theme', chosen), name);
    await page.reload();
  };
  await theme('light');
  await expect(page.getByRole('heading', { name: 'Begin with a document' })).toBeVisible();
  await shoot(page, 'first-minute');
  await fill(api);
  model.answers.set('after a crash', [
    'After a crash **the next worker continues after the last stored section** [1].\n\n',
    '- A job that ends its process again and again is given up with a reason [2].\n',
    '- Nothing that was stored is read again [1].\n',
  ]);
  model.answers.set('comets', ['It found **seventeen comets**, two of which had never been seen before [1].']);
  await page.reload();
  await expect(page.getByRole('button', { name: /What does/ }).first()).toBeVisible();
  await shoot(page, 'new-question');

  await ask(page, 'What happens to an upload after a crash?');
  await page.locator('.cite').first().click();
  await expect(page.locator('mark').first()).toBeVisible();
  await shoot(page, 'source');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Bad answer' }).click();
  await shoot(page, 'rating');

  await page.getByRole('link', { name: 'New question' }).click();
  await expect(page.getByRole('heading', { name: 'Ask your documents' })).toBeVisible();
  await ask(page, 'How many comets did the new telescope find in the southern sky?');
  await page.locator('.cite').first().click();
  await expect(page.locator('.pdf-marks mark').first()).toBeVisible();
  await shoot(page, 'pdf');
  await theme('dark');
  await page.locator('.cite').first().hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await save(page, 'answer-dark');

  await go('documents');
  await page.getByRole('link', { name: 'Manual' }).click();
  await expect(page.getByRole('link', { name: 'Formats', exact: true })).toBeVisible();
  await shoot(page, 'documents-dark');
  await go('lab');
  await page.getByRole('searchbox', { name: 'Query' }).fill('what happens when a worker dies');
  await page.keyboard.press('Enter');
  await expect(page.locator('.hit').first()).toBeVisible();
  await shoot(page, 'lab-dark');
  await theme('light');
  await go('lab');
  await page.getByRole('searchbox', { name: 'Query' }).fill('what happens when a worker dies');
  await page.keyboard.press('Enter');
  await expect(page.locator('.hit').first()).toBeVisible();
  await shoot(page, 'lab');
  await page.getByRole('button', { name: 'Keep to compare' }).click();
  await page.locator('summary', { hasText: 'Settings' }).click();
  await page.getByLabel('Weight of meaning').fill('0.2');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Comparison' })).toBeVisible();
  await page.locator('summary', { hasText: 'Settings' }).click();
  await shoot(page, 'compare');

  await go('memory');
  await page.getByRole('button', { name: 'Why is this known?' }).first().click();
  await expect(page.locator('.changes li').first()).toBeVisible();
  await shoot(page, 'memory');
  await go('documents');
  await page.getByRole('link', { name: 'Manual' }).click();
  await page.getByRole('link', { name: 'Architecture' }).click();
  await page.getByRole('link', { name: 'Passages' }).click();
  await page.locator('.passage-text').nth(1).click();
  await expect(page.locator('mark').first()).toBeVisible();
  await shoot(page, 'passages');
  await go('documents');
  await page.getByRole('link', { name: 'Settings of the collection' }).click();
  await expect(page.getByRole('heading', { name: /^Settings of/ })).toBeVisible();
  await shoot(page, 'collection-settings');

  const visits = await api.collection('Visits', 'For visitors of the observatory.');
  await api.upload(visits, 'visits/hours.md', HOURS);
  const changed = HOURS.replace('from six to nine', 'from seven to ten').replace('four crowns', 'five crowns');
  const hours = await api.upload(
    visits,
    'visits/hours.md',
    `${changed}\n## Winter\n\nFrom November to February the dome is closed when it snows.\n`,
  );
  await go(`documents/${hours}/versions/1`);
  await page.reload();
  await expect(page.locator('.hunk ins').first()).toBeVisible();
  await shoot(page, 'versions');
  const { id } = await api.call<{ id: string }>('POST', '/v1/sessions', {
    memory: 'read_write',
    title: 'Visit with the children',
  });
  await api.call('PATCH', `/v1/sessions/${id}`, { defaults: { collection_ids: [visits] } });
  await go(`c/${id}`);
  await expect(page.getByRole('heading', { name: 'Ask your documents' })).toBeVisible();
  model.answers.set('ticket cost', ['A ticket costs **five crowns**, and children below twelve years pay nothing [1].']);
  await ask(page, 'I moved to Bergen. How much does a ticket cost?');
  await page.getByRole('button', { name: 'Why is this known?' }).click();
  await expect(page.locator('.source .changes li').first()).toBeVisible();
  await shoot(page, 'remembered');
  await page.keyboard.press('Escape');
  for (const [name, description] of [
    ['dome_open', 'Opens the dome of the observatory, if the weather allows it.'],
    ['weather_tonight', 'Returns the weather of tonight: clouds, wind and humidity at the observatory.'],
    ['visit_book', 'Books a visit of the observatory for a group on a Saturday.'],
  ] as const) {
    const parameters = { type: 'object', properties: { day: { type: 'string', description: 'Day, such as 2026-11-29' } } };
    await api.call('PUT', `/v1/tools/${name}`, { description, parameters });
  }
  for (const outcome of ['success', 'success', 'failure', 'success', 'success'])
    await api.call('POST', '/v1/tools/weather_tonight/uses', { outcome, duration_ms: 140 });
  await go('tools');
  await page.getByRole('searchbox', { name: 'Find tools for a request' }).fill('Can we open the dome tonight?');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^score/).first()).toBeVisible();
  await shoot(page, 'tools');
  await api.call('POST', '/v1/keys', { name: 'Reporting', scopes: ['read', 'ask'] });
  await pretendMonth(page);
  for (const tab of ['account', 'keys', 'people', 'usage', 'activity', 'health', 'audit']) {
    await go(`settings/${tab}`);
    await expect(page.locator('main h1')).toBeVisible();
    if (tab === 'activity') await expect(page.locator('.totals')).toBeVisible();
    if (tab === 'health') await expect(page.getByRole('img', { name: /^Response time\. Duration: \S+ m?s$/ })).toBeVisible();
    await shoot(page, `settings-${tab}`);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await go('');
  await page.getByRole('button', { name: 'Menu' }).click();
  await shoot(page, 'small-menu');
  await page.getByRole('link', { name: /comets/ }).click();
  await expect(page.locator('.sources')).toBeVisible();
  await shoot(page, 'small-answer');
  await page.locator('.cite').first().click();
  await expect(page.locator('.pdf-marks mark').first()).toBeVisible();
  await shoot(page, 'small-pdf');
  for (const [place, content] of [
    ['documents', 'table.list'],
    ['memory', '.memory'],
    ['lab', 'main h1'],
  ] as const) {
    await go(place);
    await expect(page.locator(content).first()).toBeVisible();
    await shoot(page, `small-${place}`);
  }
});

test('sign-in', async ({ page, server, account: _ }) => {
  await page.goto(server.url);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await shoot(page, 'sign-in');
});
