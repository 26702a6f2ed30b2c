// Archives memories that are not used, or summarises those of one subject. What would happen is shown first, and what was done can be undone.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { messages } from '../messages.screens';
import { Dialog, Field, Form, InputField } from '../ui/parts';
import { offerUndo } from '../ui/undo';
import { undoStep } from './changes';

type Way = 'archive' | 'consolidate';

interface Result {
  /** Number of memories to archive, or of summaries. */
  number: number;
  summaries: { subject: string; summary: string }[];
  /** Ids of the steps, in the order in which they were taken; none if they are only looked at. */
  steps: string[];
}

const isStep = (step: string | null | undefined): step is string => typeof step === 'string';

async function tidy(way: Way, idle_days: number, below_importance: number, dry_run: boolean): Promise<Result> {
  if (way === 'archive') {
    const body = { idle_days, below_importance, dry_run };
    const { memory_ids, step_id } = await call('post', '/v1/memories/archive', { body });
    return { number: memory_ids.length, summaries: [], steps: [step_id].filter(isStep) };
  }
  const { items } = await call('post', '/v1/memories/consolidate', { body: { idle_days, dry_run } });
  return { number: items.length, summaries: items, steps: items.map(({ step_id }) => step_id).filter(isStep) };
}

/** Undoes the later steps first, because they can have changed what the earlier ones did. */
async function undoAll(steps: string[]): Promise<void> {
  for (const step of [...steps].reverse()) await undoStep(step);
}

export function TidyDialog({ close, done }: { close: () => void; done: () => void }) {
  const [way, setWay] = useState<Way>('archive');
  const [days, setDays] = useState('180');
  const [importance, setImportance] = useState(0.3);
  const [seen, setSeen] = useState<Result>();
  const texts = messages.memory;
  const hasFound = seen !== undefined && seen.number > 0;
  const submit = async () => {
    const result = await tidy(way, Number(days), importance, !hasFound);
    if (!hasFound) return setSeen(result);
    close();
    done();
    const text = way === 'archive' ? texts.wereArchived(result.number) : texts.wereSummarised(result.number);
    offerUndo(text, () => undoAll(result.steps).finally(done));
  };
  /** Changes what to look for; what was seen is of something else. */
  const change = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      setSeen(undefined);
      set(value);
    };
  };
  return (
    <Dialog title={texts.tidy} close={close}>
      <Form
        submit={submit}
        action={hasFound ? texts.tidyActions[way] : texts.look}
        fields={['idle_days', 'below_importance']}
        cancel={close}
      >
        <Field label={texts.tidyWay} hint={texts.tidyHints[way]}>
          {(id, described) => (
            <select
              id={id}
              {...described}
              value={way}
              onChange={({ currentTarget }) => change(setWay)(currentTarget.value as Way)}
            >
              <option value="archive">{texts.tidyWays.archive}</option>
              <option value="consolidate">{texts.tidyWays.consolidate}</option>
            </select>
          )}
        </Field>
        <InputField
          label={texts.idle}
          name="idle_days"
          type="number"
          required
          min={way === 'archive' ? 1 : 0}
          max={36_500}
          value={days}
          set={change(setDays)}
        />
        {way === 'archive' && (
          <Field label={`${texts.below}: ${importance.toFixed(1)}`} name="below_importance">
            {(id, described) => (
              <input
                id={id}
                {...described}
                type="range"
                min={0}
                max={1}
                step={0.1}
                value={importance}
                onInput={({ currentTarget }) => change(setImportance)(Number(currentTarget.value))}
              />
            )}
          </Field>
        )}
        <div role="status">
          {seen && <p>{way === 'archive' ? texts.fits(seen.number) : texts.groups(seen.number)}</p>}
          {hasFound && way === 'consolidate' && (
            <ul class="plain">
              {seen.summaries.map(({ subject, summary }) => (
                <li key={summary}>
                  <strong dir="auto">{subject}</strong>
                  <p class="small" dir="auto">
                    {summary}
                  </p>
                </li>
              ))}
            </ul>
          )}
        </div>
      </Form>
    </Dialog>
  );
}
