// The synonyms of a collection, a group a line.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { messages } from '../messages.collections';
import { useLoad } from '../ui/load';
import { Failure, Field, Form, Notice } from '../ui/parts';
import { showMessage } from '../ui/undo';
import type { TabProps } from './CollectionSettings';

export function SynonymsTab({ collection: { id } }: TabProps) {
  const path = { id };
  const { data, error, reload, set } = useLoad((signal) => call('get', '/v1/collections/{id}/synonyms', { path, signal }), [id]);
  const texts = messages.collection;
  const save = async (groups: string[][]) => {
    const saved = await call('put', '/v1/collections/{id}/synonyms', { path, body: { groups } });
    set(saved);
    showMessage(texts.synonymsSaved(saved.groups.length));
  };
  return (
    <section class="panel settings">
      <h2>{texts.synonyms}</h2>
      <p class="muted">{texts.synonymsLead}</p>
      <Failure error={error} retry={reload} />
      {data && <Groups key={toText(data.groups)} groups={data.groups} save={save} />}
    </section>
  );
}

function Groups({ groups, save }: { groups: string[][]; save: (groups: string[][]) => Promise<void> }) {
  const [text, setText] = useState(() => toText(groups));
  const texts = messages.collection;
  const hasCommas = groups.some((terms) => terms.some((term) => term.includes(',')));
  if (hasCommas)
    return (
      <>
        <Notice>{texts.hasCommas}</Notice>
        <ul class="plain">
          {groups.map((terms) => (
            <li key={terms.join()} dir="auto">
              {terms.join(' = ')}
            </li>
          ))}
        </ul>
      </>
    );
  return (
    <Form submit={() => save(toGroups(text))} action={messages.actions.save} fields={['groups']}>
      <Field label={texts.groups} hint={texts.groupsHint} name="groups">
        {(field, described) => (
          <textarea
            id={field}
            {...described}
            dir="auto"
            rows={Math.min(20, Math.max(6, groups.length + 2))}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
    </Form>
  );
}

const toText = (groups: string[][]) => groups.map((terms) => terms.join(', ')).join('\n');

const toGroups = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((term) => term.trim()));
