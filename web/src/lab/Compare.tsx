// Two runs side by side: the kept one and the last one, and how the places of the passages differ.
import type { Passage, SearchBody, SearchResult } from '../api/types';
import type { Cited } from '../chat/AnswerView';
import { messages } from '../messages.screens';
import { formatMs } from '../ui/format';
import { Hit } from './Hit';
import { Learned } from './Judge';

export interface Run {
  body: SearchBody;
  result: SearchResult;
}

interface Props {
  before: Run;
  after: Run;
  open: (cited: Cited) => void;
}

export function Compare({ before, after, open }: Props) {
  const texts = messages.lab;
  const common = before.result.results.filter(({ chunk_id }) => after.result.results.some((hit) => hit.chunk_id === chunk_id));
  return (
    <section class="lab-compare" aria-label={texts.comparison}>
      <p class="muted small" role="status">
        {texts.inBoth(common.length, Math.max(before.result.results.length, after.result.results.length))}
      </p>
      <div class="lab-columns two">
        <RunColumn title={texts.before} run={before} other={after} isNew={false} open={open} />
        <RunColumn title={texts.after} run={after} other={before} isNew open={open} />
      </div>
    </section>
  );
}

function RunColumn(props: { title: string; run: Run; other: Run; isNew: boolean; open: (cited: Cited) => void }) {
  const { run, other, isNew, open } = props;
  const { embed_ms, database_ms, rerank_ms, understand_ms } = run.result.timings;
  const differences = differencesOf(run.body, other.body);
  return (
    <section class={isNew ? 'lab-column hybrid' : 'lab-column'} aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        <span class="muted small">{formatMs(embed_ms + database_ms + rerank_ms + understand_ms)}</span>
      </header>
      <p class="small differences" dir="auto">
        {differences.length === 0 ? <span class="muted">{messages.lab.sameSettings}</span> : differences.join(' · ')}
      </p>
      <ol>
        {run.result.results.map((passage, index) => (
          <Hit key={passage.chunk_id} passage={passage} place={index + 1} score={passage.score} open={open}>
            <Learned passage={passage} />
            <Move passage={passage} place={index} other={other} isNew={isNew} />
          </Hit>
        ))}
      </ol>
    </section>
  );
}

/** How far a passage is from its place in the other run. */
function Move({ passage, place, other, isNew }: { passage: Passage; place: number; other: Run; isNew: boolean }) {
  const texts = messages.lab;
  const there = other.result.results.findIndex(({ chunk_id }) => chunk_id === passage.chunk_id);
  if (there < 0) return <span class={isNew ? 'badge' : 'badge warn'}>{isNew ? texts.isNew : texts.isGone}</span>;
  if (there === place) return <span class="muted small">{texts.samePlace}</span>;
  return <span class="small">{isNew ? texts.cameFrom(there + 1) : texts.wentTo(there + 1)}</span>;
}

/** The settings of a run that the other one does not have. */
function differencesOf(body: SearchBody, other: SearchBody): string[] {
  const flat = (of: SearchBody) => new Map(flatten('', of));
  const there = flat(other);
  const here = flat(body);
  const changed = [...here].filter(([name, value]) => there.get(name) !== value).map(([name, value]) => `${name}: ${value}`);
  const absent = [...there.keys()].filter((name) => !here.has(name)).map((name) => `${name}: ${messages.lab.default}`);
  return [...changed, ...absent];
}

function flatten(prefix: string, value: object): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]): [string, string][] =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? flatten(`${prefix}${name}.`, inner as object)
      : [[prefix + name, typeof inner === 'string' ? inner : JSON.stringify(inner)]],
  );
}
