// Hostile texts in documents, names, answers, metadata and errors: no script, no request elsewhere, no violation of the policy.
import type { Page } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from './fixtures';
import { PAYLOADS } from './payloads';

/** Prompt injections of public collections, where the checkout's parent folder has them. */
const PUBLISHED = '../../shared/data/injection/prompts.jsonl';

function published(): string[] {
  if (!existsSync(PUBLISHED)) return [];
  const rows = readFileSync(PUBLISHED, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);
  return rows.filter((text) => /https?:|<\w|!\[|javascript|\u200b/i.test(text)).slice(0, 60);
}

const ID = '01900000-0000-7000-8000-000000000001';
const NOW = '2026-01-01T00:00:00Z';

/** Lets the page see answers of the API that hold the texts in every field. The page still runs under the server's policy. */
async function pretend(page: Page, texts: string[]): Promise<void> {
  const timings = { total_ms: 1 };
  const citation = (text: string, marker: number) => ({
    marker,
    chunk_id: ID,
    document_id: ID,
    title: text,
    source: text,
    page: 1,
    heading_path: [text, text],
    quote: text,
    start_offset: 0,
    end_offset: 5,
    supported: marker % 2 === 0,
  });
  const messages = texts.flatMap((text, index) => [
    {
      id: `q${index}`,
      ordinal: 2 * index,
      sender: 'user',
      text,
      citations: [],
      timings,
      created_at: NOW,
      parent_id: index > 0 ? `a${index - 1}` : null,
    },
    {
      id: `a${index}`,
      ordinal: 2 * index + 1,
      sender: 'assistant',
      text: `${text}\n\nCited [1] and [2].`,
      citations: [citation(text, 1), citation(text, 2)],
      sentences: [{ start: 0, end: [...text].length, support: 'uncited' }],
      remembered: [{ content: text, outcome: 'refused', reason: text }],
      outcome: 'answered',
      question_id: `q${index}`,
      parent_id: `q${index}`,
      feedback: { rating: 'down', reason: text, comment: text, created_at: NOW },
      answered_by: text,
      timings,
      created_at: NOW,
    },
  ]);
  const document = (text: string, index: number) => ({
    id: `${ID.slice(0, -3)}${100 + index}`,
    collection_id: ID,
    title: text,
    source: text,
    media_type: text,
    language: text,
    metadata: { [text]: text },
    searchable: true,
    created_at: NOW,
    updated_at: NOW,
    version: { number: 1, state: 'published', size_bytes: 5, character_count: 5, chunk_count: 1, ocr_pages: [], warnings: texts },
  });
  const collection = (text: string, index: number) => ({
    id: index === 0 ? ID : `${ID.slice(0, -3)}${500 + index}`,
    name: text,
    description: text,
    model: text,
    document_count: 1,
    created_at: NOW,
    updated_at: NOW,
  });
  const passage = (text: string) => ({
    chunk_id: Math.random().toString(),
    collection_id: ID,
    document_id: ID,
    title: text,
    source: text,
    media_type: text,
    heading_path: [text],
    text,
    metadata: {},
    ordinal: 0,
    page: 1,
    score: 1,
    fused: 1,
    highlights: [[0, 3]],
    start_offset: 0,
    end_offset: 5,
    dense: { rank: 1, score: 1 },
    lexical: { rank: 1, score: 1 },
  });
  const all = texts.join('\n\n');
  const job = (text: string, index: number) => ({
    id: `j${index}`,
    kind: 'ingest',
    state: 'refused',
    stage: text,
    done: 0,
    title: text,
    size_bytes: 1,
    priority: 0,
    attempts: 1,
    failures: 0,
    created_at: NOW,
    problem: { code: 'x', detail: text },
    collection_id: ID,
  });
  const memory = (text: string, index: number) => ({
    id: `${ID.slice(0, -3)}${300 + index}`,
    content: text,
    kind: text,
    state: 'active',
    source: text,
    agent: text,
    statement: { subject: text, attribute: text, value: text },
    session_id: text,
    importance: 0.5,
    is_pinned: false,
    seen_count: 2,
    use_count: 2,
    metadata: { [text]: text },
    valid_from: NOW,
    created_at: NOW,
    updated_at: NOW,
  });
  const change = (text: string, index: number) => ({
    id: `${ID.slice(0, -3)}${200 + index}`,
    step_id: ID,
    memory_id: ID,
    action: text,
    reason: text,
    made_by: 'user',
    before: { content: `${text} before` },
    after: { content: text },
    created_at: NOW,
  });
  const version = (number: number) => ({
    number,
    state: number === texts.length ? 'published' : 'superseded',
    content_sha256: '00',
    media_type: 'text/plain',
    size_bytes: 5,
    character_count: 5,
    chunk_count: 1,
    created_at: NOW,
    ocr_pages: [{ page: 1, confidence: 0.5 }],
    warnings: texts,
  });
  const lines = texts.join('\n').split('\n');
  const unified = ['--- version 1', '+++ version 2', '@@ -1 +1 @@', ...lines.flatMap((line) => [`-${line}`, `+${line} more`])];
  const session = (text: string) => ({ id: ID, title: text, defaults: {}, memory: 'off', created_at: NOW, updated_at: NOW });
  const tool = (text: string, index: number) => ({
    id: `${ID.slice(0, -3)}${400 + index}`,
    collection_id: ID,
    name: text,
    description: text,
    parameters: { [text]: text },
    use_count: 0,
    success_count: 0,
    success_rate: 0.5,
    created_at: NOW,
    updated_at: NOW,
  });
  const toolUse = (text: string, index: number) => ({
    tool_id: `t${index}`,
    collection_id: ID,
    name: text,
    uses: 1,
    successes: 1,
    success_share: 1,
    last_used_at: NOW,
  });
  const list = (items: unknown[]) => ({ items });
  const answers: [RegExp, (url: URL) => unknown][] = [
    [/\/sessions\/[^/]+\/messages$/, () => list(messages)],
    [/\/sessions$/, () => list(texts.map((text, index) => ({ ...session(text), id: `${ID.slice(0, -3)}${700 + index}` })))],
    [/\/sessions\/[^/]+$/, () => session(texts[0] ?? '')],
    [/\/tools$/, () => list(texts.map(tool))],
    [/\/tools\/usage$/, () => ({ from: NOW, to: NOW, tools: texts.map(toolUse) })],
    [/\/memories$/, () => list(texts.map(memory))],
    [/\/memories\/(.+\/)?changes$/, () => list(texts.map(change))],
    [/\/collections$/, () => list(texts.slice(0, 40).map(collection))],
    [/\/collections\/[^/]+$/, () => collection(texts[0] ?? '', 0)],
    [/\/versions$/, () => list(texts.map((_, index) => version(texts.length - index)))],
    [/\/versions\/\d+\/changes$/, () => ({ from: 1, to: 2, added_lines: 1, removed_lines: 1, unified: unified.join('\n') })],
    [/\/documents$/, () => list(texts.map(document))],
    [/\/documents\/[^/]+$/, () => document(texts[0] ?? '', 0)],
    [
      /\/documents\/[^/]+\/text$/,
      (url) => ({
        document_id: ID,
        start: 0,
        end: all.length,
        character_count: all.length,
        text: url.searchParams.has('start') ? all : '',
      }),
    ],
    [
      /\/documents\/[^/]+\/chunks$/,
      () =>
        list(
          texts.map((text, index) => ({
            id: `c${index}`,
            ordinal: index,
            start_offset: 0,
            end_offset: 5,
            heading_path: [text],
            token_count: 1,
            text,
          })),
        ),
    ],
    [/\/jobs$/, (url) => list(url.searchParams.get('state') === 'refused' ? texts.map(job) : [])],
    [
      /\/search$/,
      () => ({
        results: texts.map(passage),
        no_good_match: false,
        pruned_words: texts,
        reranked: false,
        exact: true,
        warnings: texts,
        timings: { database_ms: 1, embed_ms: 1, rerank_ms: 0, understand_ms: 0 },
        trace: { steps: texts.map((text) => ({ step: text, ms: 1, detail: { [text]: text }, plan: [text] })) },
      }),
    ],
    [
      /\/keys$/,
      () => list(texts.map((text, index) => ({ id: `k${index}`, name: text, prefix: text, scopes: [text], created_at: NOW }))),
    ],
    [
      /\/users$/,
      () =>
        list(
          texts.map((text, index) => ({
            id: `u${index}`,
            organisation_id: ID,
            email: text,
            display_name: text,
            role: text,
            state: 'active',
            created_at: NOW,
          })),
        ),
    ],
    [
      /\/invitations$/,
      () => list(texts.map((text, index) => ({ id: `i${index}`, email: text, role: text, created_at: NOW, expires_at: NOW }))),
    ],
    [
      /\/audit$/,
      () =>
        list(
          texts.map((text, index) => ({
            id: `e${index}`,
            action: text,
            actor_id: `u${index}`,
            details: { [text]: text },
            created_at: NOW,
          })),
        ),
    ],
    [
      /\/me\/logins$/,
      () =>
        list(
          texts.map((text, index) => ({ id: `l${index}`, device: text, created_at: NOW, expires_at: NOW, is_current: false })),
        ),
    ],
    [
      /\/members$/,
      () => list(texts.map((text, index) => ({ user_id: `m${index}`, email: text, display_name: text, role: text }))),
    ],
    [
      /\/organisation$/,
      () => ({
        id: ID,
        name: all,
        limits: { documents: 1, bytes: 1, tokens_per_day: 1 },
        usage: { documents: 1, bytes: 1, tokens_per_day: 1 },
      }),
    ],
  ];
  await page.route('**/v1/**', async (route) => {
    const url = new URL(route.request().url());
    const answer = answers.find(([path]) => path.test(url.pathname));
    if (answer === undefined) return route.fallback();
    return route.fulfill({ json: answer[1](url) });
  });
}

test('texts in every field of the API stay text', async ({ signedIn: page, server }) => {
  const texts = [...PAYLOADS, ...published()];
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(60);
  await pretend(page, texts);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));

  await page.goto(`${server.url}/#/c/${ID}`);
  await page.reload();
  await expect(async () => {
    await page.locator('.conversation').evaluate((frame) => frame.scrollTo(0, 0));
    await expect(page.locator('.exchange')).toHaveCount(texts.length, { timeout: 300 });
  }).toPass();
  await expect(
    page.locator('.exchange script, .exchange img, .exchange iframe, .exchange svg:not(.icon), .exchange style, .exchange form'),
  ).toHaveCount(0);
  const targets = await page
    .locator('.prose a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol));
  expect(targets.length).toBeGreaterThan(0);
  expect(targets.filter((protocol) => !['https:', 'http:', 'mailto:'].includes(protocol))).toEqual([]);
  await page.locator('.exchange').first().locator('.cite').first().hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await page.locator('.exchange').first().locator('.cite').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' })).toContainText('evil.test');

  const screens = [
    '',
    'memory',
    'memory/history',
    'tools',
    'tools/usage',
    'documents',
    `documents/${ID}/text`,
    `documents/${ID}/passages`,
    `documents/${ID}/versions/1`,
    'settings/account',
    'settings/keys',
    'settings/people',
    'settings/usage',
    'settings/activity',
  ];
  for (const screen of screens) {
    await page.goto(`${server.url}/#/${screen}`);
    await expect(page.getByText('evil.test').first()).toBeAttached();
  }
  await page.goto(`${server.url}/#/memory`);
  await page.getByRole('button', { name: 'Why is this known?' }).first().click();
  await expect(page.locator('.why').first()).toContainText('evil.test');
  await page.goto(`${server.url}/#/documents/${ID}/passages`);
  await page.locator('.passage-text').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' })).toContainText('evil.test');
  await page.goto(`${server.url}/#/documents`);
  await page.getByText(/Refused before/).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('evil.test');
  await page.keyboard.press('Escape');
  await page.goto(`${server.url}/#/lab?q=${encodeURIComponent(PAYLOADS[0] ?? '')}`);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.locator('.hit')).toHaveCount(3 * texts.length);
  expect(errors).toEqual([]);
});

test('texts in real files, names and streamed answers stay text', async ({ signedIn: page, api, model }) => {
  const title = PAYLOADS[2] ?? '';
  const collection = await api.collection(`${title}`, `${PAYLOADS[0]}`);
  // The server takes no NUL in texts.
  const texts = PAYLOADS.map((text) => text.replaceAll('\u0000', ''));
  const text = `Evil planets orbit fast.\n\n${texts.join('\n\n')}`;
  await api.upload(collection, '<img src=x onerror=pwned=1>.md', text, { title, metadata: JSON.stringify({ note: title }) });
  await api.upload(
    collection,
    'page.html',
    `<html><head><title>${title}</title></head><body><p>Evil moons orbit too.</p>${texts.slice(0, 30).join('\n')}</body></html>`,
  );
  // In pieces that cut through the middle of tags and links.
  model.answers.set('Which evil planets', texts.join('\n\nCited [1].\n\n').match(/[\s\S]{1,37}/g) ?? []);
  await page.reload();
  const question = page.getByRole('textbox', { name: 'Question' });
  await question.fill(`Which evil planets orbit? ${title}`);
  await question.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy the answer' })).toBeVisible();
  await page.locator('.sources button').first().click();
  await expect(page.getByRole('complementary', { name: 'Source' }).getByRole('region')).toContainText('orbit');
  await page.getByRole('link', { name: 'Documents' }).click();
  await page.getByRole('link', { name: title }).last().click();
  await expect(page.getByRole('region', { name: 'Text of the document' })).toContainText('Evil planets');
});
