// People of the organisation and open invitations.
import { useState } from 'preact/hooks';
import { call, listAll } from '../api/client';
import type { Role, State, User } from '../api/types';
import { messages } from '../messages.screens';
import { formatDate } from '../ui/format';
import { useLoad } from '../ui/load';
import { Confirm, Dialog, Failure, Field, Form, IconButton, InputField, Secret } from '../ui/parts';
import { link } from '../ui/router';
import { ResetDialog } from './ResetDialog';
import type { TabProps } from './SettingsView';

export function PeopleTab({ me }: TabProps) {
  const { data, error, reload } = useLoad(
    () => listAll((after) => call('get', '/v1/users', { query: { limit: 200, after } })),
    [],
  );
  const [failure, setFailure] = useState<unknown>();
  const [erasing, setErasing] = useState<User>();
  const [resetting, setResetting] = useState<User>();
  const texts = messages.settings;
  const isAdmin = me.role === 'admin';
  const change = (id: string, body: { role?: Role; state?: State }) =>
    call('patch', '/v1/users/{id}', { path: { id }, body }).then(() => (setFailure(undefined), reload()), setFailure);
  const erase = async () => {
    if (erasing) await call('delete', '/v1/users/{id}', { path: { id: erasing.id } });
    setErasing(undefined);
    reload();
  };
  return (
    <>
      <Failure error={failure ?? error} />
      <section class="panel">
        <ul class="plain people">
          {data?.map((user) => (
            <li key={user.id} class="line">
              <span>
                <bdi>{user.display_name}</bdi> {user.id === me.id && <span class="badge">{texts.you}</span>}
                {user.state === 'suspended' && <span class="badge warn">{texts.states.suspended}</span>}
                <span class="muted small block">
                  <bdi>{user.email}</bdi> · {texts.roles[user.role] ?? user.role}
                </span>
              </span>
              {isAdmin && user.id !== me.id && (
                <span class="row-actions">
                  <button
                    type="button"
                    class="quiet small"
                    onClick={() => void change(user.id, { role: user.role === 'admin' ? 'member' : 'admin' })}
                  >
                    {user.role === 'admin' ? texts.makeMember : texts.makeAdmin}
                  </button>
                  <button
                    type="button"
                    class="quiet small"
                    onClick={() => void change(user.id, { state: user.state === 'active' ? 'suspended' : 'active' })}
                  >
                    {user.state === 'active' ? texts.suspend : texts.activate}
                  </button>
                  {user.state === 'active' && (
                    <button
                      type="button"
                      class="quiet small"
                      aria-label={texts.resetLabel(user.display_name)}
                      onClick={() => setResetting(user)}
                    >
                      {texts.reset}
                    </button>
                  )}
                  <IconButton icon="trash" label={texts.eraseTitle(user.display_name)} onClick={() => setErasing(user)} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </section>
      {isAdmin && <Invitations />}
      {resetting && <ResetDialog user={resetting} close={() => setResetting(undefined)} />}
      {erasing && (
        <Confirm
          title={texts.eraseTitle(erasing.display_name)}
          text={texts.eraseText}
          action={texts.erase}
          run={erase}
          close={() => setErasing(undefined)}
        />
      )}
    </>
  );
}

function Invitations() {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/invitations', { signal }), []);
  const [isInviting, setInviting] = useState(false);
  const [made, setMade] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const texts = messages.settings;
  const remove = (id: string) => call('delete', '/v1/invitations/{id}', { path: { id } }).then(reload, setFailure);
  return (
    <section class="panel">
      <h2>{texts.invitations}</h2>
      <Failure error={failure ?? error} />
      {made !== undefined && <Secret label={texts.inviteOnce} hint={texts.inviteOnceHint} value={made} />}
      {data?.items.length === 0 && <p class="muted">{texts.noInvitations}</p>}
      <ul class="plain">
        {data?.items.map((invitation) => (
          <li key={invitation.id} class="line">
            <span>
              <bdi>{invitation.email}</bdi>{' '}
              <span class="muted small">
                {texts.roles[invitation.role] ?? invitation.role} · {texts.until(formatDate(invitation.expires_at))}
              </span>
            </span>
            <IconButton icon="trash" label={texts.deleteLabel(invitation.email)} onClick={() => void remove(invitation.id)} />
          </li>
        ))}
      </ul>
      <button type="button" class="secondary" onClick={() => setInviting(true)}>
        {texts.invite}
      </button>
      {isInviting && (
        <Invite
          close={() => setInviting(false)}
          made={(token) => (setMade(`${location.origin}/${link('accept', token)}`), setInviting(false), reload())}
        />
      )}
    </section>
  );
}

function Invite({ close, made }: { close: () => void; made: (token: string) => void }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const texts = messages.settings;
  const submit = async () => made((await call('post', '/v1/invitations', { body: { email: email.trim(), role } })).token);
  return (
    <Dialog title={texts.invite} close={close}>
      <Form submit={submit} action={texts.invite} cancel={close}>
        <InputField label={texts.email} type="email" required value={email} set={setEmail} />
        <Field label={texts.role}>
          {(id) => (
            <select id={id} value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
              <option value="member">{texts.roles.member}</option>
              <option value="admin">{texts.roles.admin}</option>
            </select>
          )}
        </Field>
      </Form>
    </Dialog>
  );
}
