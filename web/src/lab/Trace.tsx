// The steps of a search: how long each took, its facts, and PostgreSQL's plans.
import type { SearchResult, Step } from '../api/types';
import { messages } from '../messages.screens';
import { formatMs } from '../ui/format';

export function Trace({ result }: { result: SearchResult }) {
  const steps = result.trace?.steps ?? [];
  const longest = Math.max(...steps.map(({ ms }) => ms), 0.001);
  const texts = messages.lab;
  const notes = [
    result.exact === true ? texts.exact : result.exact === false ? texts.approximate : '',
    result.pruned_words.length > 0 ? texts.pruned(result.pruned_words.join(', ')) : '',
    ...result.warnings,
  ].filter(Boolean);
  return (
    <section class="trace">
      <h2>{texts.trace}</h2>
      {notes.length > 0 && (
        <p class="muted small" dir="auto">
          {notes.join(' ')}
        </p>
      )}
      <div class="table-frame" tabIndex={0} role="region" aria-label={texts.trace}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{texts.step}</th>
              <th scope="col" colSpan={2}>
                {texts.duration}
              </th>
              <th scope="col">{texts.facts}</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step, index) => (
              <StepRow key={index} step={step} part={step.ms / longest} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function StepRow({ step, part }: { step: Step; part: number }) {
  return (
    <tr>
      <th scope="row">{step.step}</th>
      <td class="number-cell">{formatMs(step.ms)}</td>
      <td class="bar-cell">
        <span class="bar" style={{ inlineSize: `${Math.max(1, part * 100)}%` }} />
      </td>
      <td class="facts">
        {Object.entries(step.detail as Record<string, unknown>).map(([name, value]) => (
          <span key={name} class="fact">
            <span class="muted">{name}</span> <bdi>{typeof value === 'string' ? value : JSON.stringify(value)}</bdi>
          </span>
        ))}
        {step.plan && step.plan.length > 0 && (
          <details>
            <summary>{messages.lab.plan}</summary>
            <pre tabIndex={0}>{step.plan.join('\n')}</pre>
          </details>
        )}
      </td>
    </tr>
  );
}
