// The fields of the defaults of questions, which a conversation and a collection share.
import { messages } from '../messages.screens';
import { Field, InputField } from '../ui/parts';
import { NO_DEFAULTS, STEP_NAMES, STEPS, type Draft } from './draft';

interface Props {
  draft: Draft;
  change: (draft: Draft) => void;
}

export function DefaultsFields({ draft, change }: Props) {
  const texts = messages.defaults;
  return (
    <>
      <Field label={texts.instructions} hint={texts.instructionsHint} name="defaults.instructions">
        {(id, described) => (
          <textarea
            id={id}
            {...described}
            dir="auto"
            rows={3}
            maxLength={4000}
            value={draft.instructions}
            onInput={(event) => change({ ...draft, instructions: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.filter} hint={texts.filterHint} name="defaults.filter">
        {(id, described) => (
          <textarea
            id={id}
            {...described}
            class="code"
            dir="ltr"
            rows={2}
            spellcheck={false}
            value={draft.filter}
            onInput={(event) => change({ ...draft, filter: event.currentTarget.value })}
          />
        )}
      </Field>
      {STEP_NAMES.map((step) => {
        const [label, about] = texts.steps[step];
        return (
          <Field key={step} label={label} hint={texts.stepHint(about, STEPS[step])}>
            {(id, described) => (
              <select
                id={id}
                {...described}
                value={draft.steps[step]}
                onChange={({ currentTarget: { value } }) =>
                  change({ ...draft, steps: { ...draft.steps, [step]: value as Draft['steps'][typeof step] } })
                }
              >
                <option value="">{texts.unset}</option>
                <option value="on">{texts.on}</option>
                <option value="off">{texts.off}</option>
              </select>
            )}
          </Field>
        );
      })}
      <InputField
        label={texts.multiQuery}
        hint={texts.multiQueryHint}
        name="defaults.understanding"
        type="number"
        min={0}
        max={5}
        value={draft.multiQuery}
        set={(multiQuery) => change({ ...draft, multiQuery })}
      />
    </>
  );
}

/** Empties all fields; nothing is stored before the form is saved. */
export function ResetButton({ change, isDisabled }: { change: (draft: Draft) => void; isDisabled: boolean }) {
  return (
    <button type="button" class="secondary" disabled={isDisabled} onClick={() => change(NO_DEFAULTS)}>
      {messages.defaults.reset}
    </button>
  );
}
