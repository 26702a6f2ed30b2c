// Searches, answers and documents of the last days: totals, counts by day, and the questions that are asked most often.
import { useMemo, useState } from 'preact/hooks';
import { call } from '../api/client';
import { kindOfProof } from '../api/credentials';
import type { Activity, ActivityReport } from '../api/types';
import { messages } from '../messages.activity';
import { formatDay, formatMs, formatNumber, formatPercent } from '../ui/format';
import { useLoad } from '../ui/load';
import { Failure, Notice } from '../ui/parts';
import { DayChart } from './DayChart';
import { QuestionTable } from './QuestionTable';
import type { TabProps } from './SettingsView';

const DAY_MS = 86_400_000;
const PERIODS = [7, 30, 90] as const;
/** Counts that stand in the table of all days. */
const COLUMNS = [
  ['searches', 'searches'],
  ['empty_searches', 'empty'],
  ['answers', 'answers'],
  ['not_found', 'notFound'],
  ['unsupported', 'unsupported'],
  ['broken_off', 'brokenOff'],
  ['published', 'published'],
  ['refused', 'refused'],
  ['deleted', 'deleted'],
] as const;

export function ActivityTab({ me }: TabProps) {
  const [days, setDays] = useState<number>(30);
  const { data, error, reload } = useLoad(
    (signal) => call('get', '/v1/activity', { query: { from: dayOf(Date.now() - (days - 1) * DAY_MS) }, signal }),
    [days],
  );
  const texts = messages.activity;
  const isAdmin = me.role === 'admin';
  return (
    <>
      <section class="panel">
        <p class="muted">{!isAdmin ? texts.leadOwn : kindOfProof() === 'key' ? texts.leadKey : texts.lead}</p>
        <fieldset class="chips">
          <legend>{texts.period}</legend>
          {PERIODS.map((period) => (
            <label key={period} class="chip">
              <input type="radio" name="period" checked={days === period} onChange={() => setDays(period)} />
              {texts.days(period)}
            </label>
          ))}
        </fieldset>
        <Failure error={error} retry={reload} />
        {data && <Totals report={data} isAdmin={isAdmin} />}
      </section>
      {data && <Questions report={data} />}
    </>
  );
}

function Totals({ report, isAdmin }: { report: ActivityReport; isAdmin: boolean }) {
  const { total } = report;
  const texts = messages.activity;
  if (COLUMNS.every(([field]) => total[field] === 0))
    return <p class="muted empty">{texts.nothing(nameOf(report.from), nameOf(report.to))}</p>;
  return (
    <>
      <dl class="usage totals">
        <Total name={texts.searches} hint={texts.searchesHint} value={formatNumber(total.searches)}>
          {[[texts.empty, total.empty_searches, total.searches]]}
        </Total>
        <Total name={texts.answers} value={formatNumber(total.answers)}>
          {[
            [texts.answered, total.answered, total.answers],
            [texts.notFound, total.not_found, total.answers],
            [texts.unsupported, total.unsupported, total.answers],
            [texts.brokenOff, total.broken_off, total.answers],
          ]}
        </Total>
        <Total name={texts.documents} hint={texts.documentsHint} value={formatNumber(total.published)}>
          {[
            [texts.refused, total.refused],
            [texts.deleted, total.deleted],
          ]}
        </Total>
        <Duration name={texts.searchTime} median={total.search_p50_ms} p95={total.search_p95_ms} />
        <Duration name={texts.answerTime} median={total.answer_p50_ms} p95={total.answer_p95_ms} />
        {isAdmin && <Total name={texts.people} hint={texts.peopleHint} value={formatNumber(total.users)} />}
      </dl>
      <Days report={report} />
    </>
  );
}

/** A count, its share of a whole if it has one. */
type Part = readonly [name: string, count: number, whole?: number];

function Total({ name, value, hint, children = [] }: { name: string; value: string; hint?: string; children?: Part[] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {hint && <span class="muted small block">{hint}</span>}
        {children.map(([part, count, whole]) => (
          <span key={part} class="part small">
            <span>{part}</span>
            <span class="number-cell">
              {formatNumber(count)}
              {whole ? ` (${formatPercent(count / whole)})` : ''}
            </span>
          </span>
        ))}
      </dd>
    </div>
  );
}

function Duration({ name, median, p95 }: { name: string; median: number | null | undefined; p95: number | null | undefined }) {
  if (typeof median !== 'number') return null;
  const texts = messages.activity;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {formatMs(median)} <span class="muted small">{texts.median}</span>
        {typeof p95 === 'number' && <span class="muted small block">{texts.p95(formatMs(p95))}</span>}
      </dd>
    </div>
  );
}

/** Counts of a day without an event. */
const NO_EVENTS = Object.fromEntries(COLUMNS.map(([field]) => [field, 0])) as Record<(typeof COLUMNS)[number][0], number>;

function Days({ report }: { report: ActivityReport }) {
  const texts = messages.activity;
  const { days, counts } = useMemo(() => {
    const known = new Map(report.days.map(({ day, total }) => [day, total]));
    const [first, last] = [Date.parse(report.from), Date.parse(report.to)];
    const days = Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, index) => dayOf(first + index * DAY_MS));
    return { days, counts: days.map((day) => known.get(day)) };
  }, [report]);
  const pick = (read: (day: Activity) => number) => counts.map((day) => (day ? read(day) : 0));
  const names = days.map(nameOf);
  return (
    <>
      <h2>{texts.byDay}</h2>
      <div class="charts">
        <DayChart
          title={texts.searchesByDay}
          days={names}
          series={[
            { name: texts.found, kind: 'good', counts: pick((day) => day.searches - day.empty_searches) },
            { name: texts.empty, kind: 'lack', counts: pick((day) => day.empty_searches) },
          ]}
        />
        <DayChart
          title={texts.answersByDay}
          days={names}
          series={[
            { name: texts.answered, kind: 'good', counts: pick((day) => day.answered) },
            { name: texts.unanswered, kind: 'lack', counts: pick((day) => day.not_found + day.unsupported) },
            { name: texts.brokenOff, kind: 'bad', counts: pick((day) => day.broken_off) },
          ]}
        />
      </div>
      <details class="fold">
        <summary>{texts.table}</summary>
        <div class="table-frame" tabIndex={0} role="region" aria-label={texts.byDay}>
          <table class="list">
            <thead>
              <tr>
                <th scope="col">{texts.day}</th>
                {COLUMNS.map(([field, text]) => (
                  <th key={field} scope="col" class="number-cell">
                    {texts[text]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day, index) => (
                <tr key={day}>
                  <th scope="row">{names[index]}</th>
                  {COLUMNS.map(([field]) => (
                    <td key={field} class="number-cell">
                      {formatNumber((counts[index] ?? NO_EVENTS)[field])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

function Questions({ report }: { report: ActivityReport }) {
  const { questions, unanswered, stores_questions: isStoring } = report;
  const texts = messages.activity;
  if (!isStoring && questions.length === 0)
    return (
      <section class="panel" aria-labelledby="questions">
        <h2 id="questions">{texts.questions}</h2>
        <p class="muted">{texts.notStored}</p>
        <p class="muted">{texts.turnOn}</p>
      </section>
    );
  return (
    <>
      <section class="panel" aria-labelledby="questions">
        <h2 id="questions">{texts.questions}</h2>
        {!isStoring && (
          <Notice>
            {texts.storedBefore} {texts.turnOn}
          </Notice>
        )}
        <QuestionTable questions={questions} none={texts.noQuestions} />
      </section>
      {questions.length > 0 && (
        <section class="panel" aria-labelledby="unanswered">
          <h2 id="unanswered">{texts.unanswered}</h2>
          {unanswered.length > 0 && <p class="muted">{texts.unansweredHint}</p>}
          <QuestionTable questions={unanswered} none={texts.noUnanswered} />
          {unanswered.length > 0 && <p class="muted small">{texts.inLab}</p>}
        </section>
      )}
    </>
  );
}

/** The day (UTC) of a time, such as `2026-11-30`. */
function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const nameOf = (day: string) => formatDay(Date.parse(day) / 1000);
