// The owner of a collection hands it over to another person of the organisation, and stays as an editor.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Collection, User } from '../api/types';
import { messages } from '../messages.collections';
import { Confirm, Form } from '../ui/parts';
import { PersonField } from './PersonField';

interface OwnerProps {
  collection: Collection;
  /** Who can become the owner. */
  people: User[];
  handedOver: (owner: User) => void;
}

export function OwnerSection({ collection, people, handedOver }: OwnerProps) {
  const [chosen, setChosen] = useState('');
  const [next, setNext] = useState<User>();
  const texts = messages.owner;
  const ask = async () => setNext(people.find(({ id }) => id === chosen));
  const handOver = async () => {
    if (next === undefined) return;
    await call('put', '/v1/collections/{id}/owner', { path: { id: collection.id }, body: { user_id: next.id } });
    setNext(undefined);
    handedOver(next);
  };
  return (
    <section class="panel" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      <p class="muted small">{texts.lead}</p>
      <Form submit={ask} action={texts.action}>
        <PersonField label={texts.person} people={people} value={chosen} set={setChosen} />
      </Form>
      {next && (
        <Confirm
          title={texts.ask(collection.name, next.display_name)}
          text={texts.text(next.display_name)}
          action={texts.action}
          run={handOver}
          close={() => setNext(undefined)}
        />
      )}
    </section>
  );
}
