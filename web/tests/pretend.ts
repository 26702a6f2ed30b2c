// Answers of the API that hold hostile texts in every field.
import type { Page } from '@playwright/test';

export const ID = '01900000-0000-7000-8000-000000000001';
const NOW = '2026-01-01T00:00:00Z';

/** Counts of activity. */
export const counts = {
  searches: 12_345,
  empty_searches: 45,
  search_p50_ms: 12,
  search_p95_ms: 1_250,
  answers: 2_000,
  answered: 1_500,
  not_found: 300,
  unsupported: 150,
  broken_off: 50,
  answer_p50_ms: 900,
  answer_p95_ms: 4_200,
  users: 17,
  published: 60,
  refused: 4,
  deleted: 2,
};

/**
 * Lets the page see answers of the API that hold the texts in every field, and loads it again: what it showed before were real answers.
 * The page still runs under the server's policy.
 */
export async function pretend(page: Page, texts: string[]): Promise<void> {
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
    defaults: { instructions: text },
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
    learned: 0.1,
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
  const jobs = (query: URLSearchParams) => {
    if (query.get('state') === 'refused') return texts.map(job);
    if (query.get('kind') !== 'reembed') return [];
    return texts.map((text, index) => ({ ...job(text, index), state: 'running', model: text, waits_for: text }));
  };
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
  const asked = (question: string) => ({ question, asked: 2, unanswered: 1, last_asked_at: NOW });
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
    [/\/collections\/[^/]+\/synonyms$/, () => ({ groups: texts.map((text) => [text, `${text}, too`]) })],
    [
      /\/collections\/[^/]+\/judged-documents$/,
      () => ({
        documents: texts.map((text, index) => ({
          document_id: `d${index}`,
          title: text,
          source: text,
          helped: 1,
          misled: 2,
          users: 3,
          last_at: NOW,
        })),
      }),
    ],
    [
      /\/answer$/,
      () => ({
        text: `${all}\n\nCited [1] and [2].`,
        outcome: 'unsupported',
        notice: all,
        citations: [citation(all, 1), citation(all, 2)],
        sentences: [{ start: 0, end: [...all].length, support: 'uncited' }],
        sources: [],
        searched: all,
        warnings: texts,
        answered_by: all,
      }),
    ],
    [/\/openai\/v1\/models$/, () => ({ data: texts.map((text) => ({ id: text })) })],
    [/\/jobs$/, ({ searchParams }) => list(jobs(searchParams))],
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
      /\/activity$/,
      () => ({
        from: '2025-12-31',
        to: '2026-01-01',
        total: counts,
        days: [{ day: '2026-01-01', total: counts }],
        questions: texts.map(asked),
        unanswered: texts.map(asked),
        stores_questions: true,
      }),
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
  await page.reload();
}

/** Questions of a report. */
export const ASKED = ['How long is the notice period?', 'Who feeds the cat?', 'غير موجود', `${'long'.repeat(60)}?`] as const;
const DAY_MS = 86_400_000;

/** Lets the server report the activity of the period that the page asks for: counts of every third day, and 12 questions. */
export async function pretendActivity(page: Page, isStoring = true): Promise<void> {
  const questions = Array.from({ length: 12 }, (_, index) => ({
    question: ASKED[index] ?? `Question ${index}?`,
    asked: 3_000 - index,
    unanswered: index,
    last_asked_at: NOW,
  }));
  const lists = { questions, unanswered: questions.slice(1), stores_questions: isStoring };
  await page.route('**/v1/activity?*', (route) => {
    const from = new URL(route.request().url()).searchParams.get('from') ?? '';
    const to = dayOf(Date.now());
    const days = Array.from({ length: Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1 }, (_, index) => ({
      day: dayOf(Date.parse(from) + index * DAY_MS),
      total: { ...counts, searches: 100 * (index % 7), empty_searches: 4 * (index % 7), answers: 5, answered: 4, broken_off: 1 },
    })).filter((_, index) => index % 3 === 0);
    return route.fulfill({ json: { from, to, total: counts, days, ...lists } });
  });
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
