// Shares a collection: with people of the organisation, and by links with anybody. Its owner hands it over to another.
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, listAll } from '../api/client';
import type { Collection, MemberRole, User } from '../api/types';
import { messages } from '../messages.collections';
import { useLoad } from '../ui/load';
import { Dialog, Failure, Field, Form, IconButton, Notice } from '../ui/parts';
import { link } from '../ui/router';
import { LinkSection } from './LinkSection';
import { OwnerSection } from './OwnerSection';
import { PersonField } from './PersonField';

export function ShareDialog({ collection, close }: { collection: Collection; close: () => void }) {
  const { id } = collection;
  const [person, setPerson] = useState('');
  const [role, setRole] = useState<MemberRole>('reader');
  const members = useLoad((signal) => call('get', '/v1/collections/{id}/members', { path: { id }, signal }), [id]);
  const people = useLoad(listPeople, []);
  const [failure, setFailure] = useState<unknown>();
  const [newOwner, setNewOwner] = useState<User>();
  const closing = useRef<HTMLButtonElement>(null);
  const texts = messages.share;
  const known = new Set(members.data?.items.map(({ user_id }) => user_id));
  const others = (people.data?.others ?? []).filter((user) => !known.has(user.id));
  const owner = members.data?.items.find((member) => member.role === 'owner');
  const isOwner = owner !== undefined && owner.user_id === people.data?.me.id;
  // The section with the button that had the focus is gone.
  useEffect(() => {
    if (newOwner !== undefined && !isOwner) closing.current?.focus();
  }, [newOwner, isOwner]);
  const add = async () => {
    await call('put', '/v1/collections/{id}/members/{user_id}', { path: { id, user_id: person }, body: { role } });
    setPerson('');
    members.reload();
  };
  const remove = (user_id: string) =>
    call('delete', '/v1/collections/{id}/members/{user_id}', { path: { id, user_id } }).then(members.reload, setFailure);
  const handedOver = (user: User) => {
    setNewOwner(user);
    members.reload();
  };
  return (
    <Dialog title={texts.title(collection.name)} close={close}>
      <Failure error={failure ?? members.error ?? people.error} />
      <section class="panel" aria-label={messages.links.people}>
        <h3>{messages.links.people}</h3>
        <ul class="plain">
          {members.data?.items.map((member) => (
            <li key={member.user_id} class="line">
              <span>
                <bdi>{member.display_name}</bdi> <bdi class="muted small">{member.email}</bdi>
              </span>
              <span class="muted small">{texts.roles[member.role] ?? member.role}</span>
              {member.role !== 'owner' && (
                <IconButton icon="close" label={texts.remove(member.display_name)} onClick={() => void remove(member.user_id)} />
              )}
            </li>
          ))}
        </ul>
        {members.data?.items.length === 0 && <p class="muted">{texts.nobody}</p>}
        {others.length > 0 && (
          <Form submit={add} action={texts.add}>
            <PersonField label={texts.person} people={others} value={person} set={setPerson} />
            <Field label={texts.role}>
              {(field) => (
                <select id={field} value={role} onChange={(event) => setRole(event.currentTarget.value as MemberRole)}>
                  <option value="reader">{texts.roles.reader}</option>
                  <option value="editor">{texts.roles.editor}</option>
                </select>
              )}
            </Field>
          </Form>
        )}
        {people.data && (
          <p class="hint">
            {others.length === 0 ? texts.noPeople : texts.isMissing} <a href={link('settings', 'people')}>{texts.toPeople}</a>
          </p>
        )}
      </section>
      {isOwner && <LinkSection collection={id} />}
      {isOwner && people.data && people.data.others.length > 0 && (
        <OwnerSection collection={collection} people={people.data.others} handedOver={handedOver} />
      )}
      {newOwner && <Notice>{messages.owner.done(newOwner.display_name)}</Notice>}
      <div class="form-actions">
        <button type="button" class="secondary" ref={closing} onClick={close}>
          {messages.actions.close}
        </button>
      </div>
    </Dialog>
  );
}

/** The user, and everybody else in the organisation. */
async function listPeople() {
  const me = await call('get', '/v1/me');
  const all = await listAll((after) => call('get', '/v1/users', { query: { limit: 200, after } }));
  return { me, others: all.filter(({ id, state }) => id !== me.id && state === 'active') };
}
