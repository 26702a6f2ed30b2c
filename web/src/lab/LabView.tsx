// The search lab: one query, the two legs and the fused list side by side, the steps with their times.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Passage, SearchBody, SearchResult } from '../api/types';
import type { Cited } from '../chat/AnswerView';
import { Picker } from '../chat/Composer';
import { collections as store } from '../documents/collections';
import { messages } from '../messages.screens';
import { SourcePane } from '../source/SourcePane';
import { formatMs } from '../ui/format';
import { Icon } from '../ui/icons';
import { CopyButton, Failure, Field } from '../ui/parts';
import { replacePlace } from '../ui/router';
import { useStore } from '../ui/store';
import { Compare, type Run } from './Compare';
import { asCurl } from '../ui/curl';
import { Hit } from './Hit';
import { Judge, Learned } from './Judge';
import { Trace } from './Trace';

const MODES = ['lexical', 'dense', 'hybrid'] as const;
type Mode = (typeof MODES)[number];

interface Settings {
  limit: number;
  weight: number | undefined;
  feedback: boolean;
  rerank: string;
  diversity: number;
  plain: boolean;
  byDocument: boolean;
  filter: string;
}

const DEFAULTS: Settings = {
  limit: 10,
  weight: undefined,
  feedback: true,
  rerank: '',
  diversity: 0,
  plain: false,
  byDocument: false,
  filter: '',
};

/** The results of a query. */
interface Found {
  body: SearchBody;
  results: Record<Mode, SearchResult>;
}

/** Passages of each document, with results by document. */
const GROUP_SIZE = 3;

export function LabView({ initial }: { initial: string }) {
  const collections = useStore(store).items;
  const [query, setQuery] = useState(initial);
  const [chosen, setChosen] = useState<string[]>([]);
  const [settings, setSettings] = useState(DEFAULTS);
  const [found, setFound] = useState<Found>();
  const [kept, setKept] = useState<Run>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [opened, setOpened] = useState<Cited>();
  const texts = messages.lab;

  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const body = searchBody(query.trim(), chosen, settings);
      const one = (mode: Mode) => call('post', '/v1/search', { body: { ...body, mode } });
      const [lexical, dense, hybrid] = await Promise.all(MODES.map(one));
      if (lexical && dense && hybrid) setFound({ body: { ...body, mode: 'hybrid' }, results: { lexical, dense, hybrid } });
      replacePlace('lab');
    } catch (refusal) {
      setError(refusal);
    }
    setBusy(false);
  };
  // A query that the address brings is searched at once.
  useEffect(() => void (initial.trim() !== '' && run()), []);
  return (
    <div class={opened ? 'chat with-source' : 'chat'}>
      <div class="page wide">
        <header class="page-head">
          <div>
            <h1>{texts.title}</h1>
            <p class="muted">{texts.lead}</p>
          </div>
        </header>
        <form class="lab-form" onSubmit={(event) => (event.preventDefault(), void run())}>
          <div class="lab-query">
            <input
              type="search"
              dir="auto"
              required
              autofocus
              maxLength={10_000}
              aria-label={texts.query}
              placeholder={texts.query}
              value={query}
              onInput={(event) => setQuery(event.currentTarget.value)}
            />
            <button type="submit" class="primary" disabled={isBusy}>
              {texts.run}
            </button>
          </div>
          <div class="lab-row">
            <Picker collections={collections} chosen={chosen} choose={setChosen} />
            <details class="fold">
              <summary>{texts.options}</summary>
              <Options settings={settings} change={(next) => setSettings({ ...settings, ...next })} />
            </details>
          </div>
        </form>
        <Failure error={error} />
        {found === undefined && error === undefined && <p class="muted empty">{texts.hint}</p>}
        {found && (
          <>
            <div class="lab-tools">
              <button
                type="button"
                class="quiet with-icon"
                onClick={() => setKept({ body: found.body, result: found.results.hybrid })}
              >
                <Icon name="pin" />
                {kept === undefined ? texts.keep : texts.keepThis}
              </button>
              {kept && (
                <button type="button" class="quiet" onClick={() => setKept(undefined)}>
                  {texts.endComparison}
                </button>
              )}
              {kept && kept.body === found.body && <span class="muted small">{texts.nowChange}</span>}
            </div>
            {kept && kept.body !== found.body && (
              <Compare before={kept} after={{ body: found.body, result: found.results.hybrid }} open={setOpened} />
            )}
            <p class="muted small lab-note">{texts.ratingsHint}</p>
            <div class="lab-columns" aria-busy={isBusy}>
              <Column title={texts.words} hint={texts.wordsHint} mode="lexical" found={found} open={setOpened} />
              <Column title={texts.meaning} hint={texts.meaningHint} mode="dense" found={found} open={setOpened} />
              <Column title={texts.fused} hint={texts.fusedHint} mode="hybrid" found={found} open={setOpened} />
            </div>
            <Trace result={found.results.hybrid} />
            <div class="lab-foot">
              <CopyButton text={asCurl('/v1/search', found.body)} label={texts.curl} />
            </div>
          </>
        )}
      </div>
      {opened && <SourcePane cited={[opened]} index={0} step={() => undefined} close={() => setOpened(undefined)} />}
    </div>
  );
}

function searchBody(query: string, chosen: string[], settings: Settings): SearchBody {
  let filter: Record<string, never> | undefined;
  if (settings.filter.trim() !== '') {
    try {
      filter = JSON.parse(settings.filter) as Record<string, never>;
    } catch {
      throw new Error(messages.lab.badFilter);
    }
  }
  const ranking: NonNullable<SearchBody['ranking']> = {
    ...(settings.weight === undefined ? {} : { fusion: { type: 'convex', dense_weight: settings.weight } }),
    ...(settings.feedback ? {} : { feedback: false }),
    ...(settings.rerank === '' ? {} : { rerank: settings.rerank === 'on' }),
    ...(settings.diversity === 0 ? {} : { diversity: settings.diversity }),
  };
  return {
    query,
    limit: settings.limit,
    group_by: settings.byDocument ? 'document' : 'passage',
    group_size: GROUP_SIZE,
    explain: true,
    highlight: true,
    ...(chosen.length > 0 ? { collection_ids: chosen } : {}),
    ...(settings.plain ? { plain: true } : {}),
    ...(filter === undefined ? {} : { filter }),
    ...(Object.keys(ranking).length > 0 ? { ranking } : {}),
  };
}

function Options({ settings, change }: { settings: Settings; change: (next: Partial<Settings>) => void }) {
  const texts = messages.lab;
  return (
    <div class="lab-options">
      <Field label={texts.limit}>
        {(id) => (
          <input
            id={id}
            type="number"
            min={1}
            max={100}
            value={settings.limit}
            onInput={(event) => change({ limit: event.currentTarget.valueAsNumber || 10 })}
          />
        )}
      </Field>
      <Field label={`${texts.weight}: ${settings.weight ?? texts.default}`}>
        {(id) => (
          <input
            id={id}
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={settings.weight ?? 0.7}
            onInput={(event) => change({ weight: event.currentTarget.valueAsNumber })}
          />
        )}
      </Field>
      <Field label={`${texts.diversity}: ${settings.diversity}`}>
        {(id) => (
          <input
            id={id}
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={settings.diversity}
            onInput={(event) => change({ diversity: event.currentTarget.valueAsNumber })}
          />
        )}
      </Field>
      <Field label={texts.rerank}>
        {(id) => (
          <select id={id} value={settings.rerank} onChange={(event) => change({ rerank: event.currentTarget.value })}>
            <option value="">{texts.default}</option>
            <option value="on">{texts.on}</option>
            <option value="off">{texts.off}</option>
          </select>
        )}
      </Field>
      <label class="check">
        <input
          type="checkbox"
          checked={settings.feedback}
          onChange={(event) => change({ feedback: event.currentTarget.checked })}
        />
        <span>{texts.feedback}</span>
      </label>
      <label class="check">
        <input type="checkbox" checked={settings.plain} onChange={(event) => change({ plain: event.currentTarget.checked })} />
        <span>{texts.plain}</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={settings.byDocument}
          onChange={(event) => change({ byDocument: event.currentTarget.checked })}
        />
        <span>{texts.byDocument}</span>
      </label>
      <Field label={texts.filter} hint={texts.filterHint}>
        {(id) => (
          <textarea
            id={id}
            class="code"
            rows={2}
            spellcheck={false}
            value={settings.filter}
            onInput={(event) => change({ filter: event.currentTarget.value })}
          />
        )}
      </Field>
    </div>
  );
}

interface ColumnProps {
  title: string;
  hint: string;
  mode: Mode;
  found: Found;
  open: (cited: Cited) => void;
}

function Column({ title, hint, mode, found: { body, results }, open }: ColumnProps) {
  const result = results[mode];
  const { embed_ms, database_ms, rerank_ms, understand_ms } = result.timings;
  return (
    <section class={`lab-column ${mode}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span class="muted small">
          {hint} · {formatMs(embed_ms + database_ms + rerank_ms + understand_ms)}
        </span>
      </header>
      {result.no_good_match && <p class="small caution">{messages.lab.noGoodMatch}</p>}
      {result.results.length === 0 && <p class="muted small">{messages.lab.empty}</p>}
      <ol>
        {result.results.map((passage, index) => (
          <Hit
            key={passage.chunk_id}
            passage={passage}
            place={index + 1}
            score={scoreOf(passage, mode)}
            open={open}
            foot={<Judge query={body.query} passage={passage} place={index + 1} />}
          >
            {(mode === 'hybrid' || typeof passage.learned === 'number') && (
              <span class="ranks small">
                {mode === 'hybrid' && <Rank name={messages.lab.words} leg={passage.lexical} />}
                {mode === 'hybrid' && <Rank name={messages.lab.meaning} leg={passage.dense} />}
                <Learned passage={passage} />
              </span>
            )}
          </Hit>
        ))}
      </ol>
    </section>
  );
}

function scoreOf(passage: Passage, mode: Mode): number | undefined {
  return mode === 'lexical' ? passage.lexical?.score : mode === 'dense' ? passage.dense?.score : passage.score;
}

function Rank({ name, leg }: { name: string; leg: Passage['dense'] }) {
  const rank = leg?.rank ? messages.lab.rank(leg.rank) : messages.lab.absent;
  return (
    <span class={leg?.rank ? 'rank' : 'rank absent'}>
      {name}: {rank} {leg && <span class="muted">({leg.score.toFixed(2)})</span>}
    </span>
  );
}
