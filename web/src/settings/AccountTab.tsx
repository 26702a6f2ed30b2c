// One's own account: name, password, sign-ins, data.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { kindOfProof } from '../api/credentials';
import { messages } from '../messages.screens';
import { formatAge, formatDate } from '../ui/format';
import { useLoad } from '../ui/load';
import { Failure, Form, InputField, Notice } from '../ui/parts';
import { link } from '../ui/router';
import { saveResponse } from '../ui/save';
import type { TabProps } from './SettingsView';

export function AccountTab({ me, isLocal, reload, signOut }: TabProps) {
  const [name, setName] = useState(me.display_name);
  const [isSaved, setSaved] = useState(false);
  const texts = messages.settings;
  const save = async () => {
    await call('patch', '/v1/me', { body: { display_name: name.trim() } });
    await reload();
    setSaved(true);
  };
  if (isLocal)
    return (
      <Notice>
        <p>{texts.local}</p>
        <a href={link('settings', 'people')}>{texts.toPeople}</a>
      </Notice>
    );
  const isLogin = kindOfProof() === 'login';
  return (
    <>
      <section class="panel">
        <p class="muted">
          <bdi>{me.email}</bdi> · {texts.roles[me.role] ?? me.role}
        </p>
        <Form submit={save} action={messages.actions.save}>
          <InputField
            label={texts.name}
            dir="auto"
            required
            maxLength={200}
            value={name}
            set={(value) => (setSaved(false), setName(value))}
          />
          {isSaved && <Notice>{texts.saved}</Notice>}
        </Form>
      </section>
      {isLogin && <Password />}
      {isLogin && <Logins />}
      <section class="panel">
        <h2>{texts.export}</h2>
        <p class="muted">{texts.exportHint}</p>
        <ExportButton />
      </section>
      <button type="button" class="secondary" onClick={signOut}>
        {isLogin ? texts.signOut : texts.signOutKey}
      </button>
    </>
  );
}

function ExportButton() {
  const [error, setError] = useState<unknown>();
  const download = async () => {
    try {
      await saveResponse('/v1/me/export', 'rag-export.ndjson');
    } catch (refusal) {
      setError(refusal);
    }
  };
  return (
    <>
      <Failure error={error} />
      <button type="button" class="secondary" onClick={() => void download()}>
        {messages.settings.export}
      </button>
    </>
  );
}

function Password() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isDone, setDone] = useState(false);
  const texts = messages.settings;
  const submit = async () => {
    await call('patch', '/v1/me', { body: { current_password: current, password: next } });
    setCurrent('');
    setNext('');
    setDone(true);
  };
  return (
    <section class="panel">
      <h2>{texts.changePassword}</h2>
      <Form submit={submit} action={texts.changePassword}>
        <InputField
          label={texts.currentPassword}
          type="password"
          required
          autocomplete="current-password"
          value={current}
          set={setCurrent}
        />
        <InputField
          label={texts.newPassword}
          hint={messages.signIn.passwordHint}
          type="password"
          required
          minLength={12}
          maxLength={200}
          autocomplete="new-password"
          value={next}
          set={setNext}
        />
        {isDone && <Notice>{texts.passwordChanged}</Notice>}
      </Form>
    </section>
  );
}

/** Marks of browsers and systems in the name that a browser gives itself; those that others claim, too, come last. */
const BROWSERS = { Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari' };
const SYSTEMS = { Android: 'Android', iPhone: 'iOS', iPad: 'iPadOS', Windows: 'Windows', 'Mac OS': 'macOS', Linux: 'Linux' };

/** A short name of a browser, or the name that a program gave itself. */
function deviceName(agent: string): string {
  const find = (marks: Record<string, string>) => Object.entries(marks).find(([mark]) => agent.includes(mark))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser === undefined || system === undefined ? agent : `${browser}, ${system}`;
}

function Logins() {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/me/logins', { signal }), []);
  const [failure, setFailure] = useState<unknown>();
  const texts = messages.settings;
  const end = (id: string) => call('delete', '/v1/me/logins/{id}', { path: { id } }).then(reload, setFailure);
  return (
    <section class="panel">
      <h2>{texts.logins}</h2>
      <Failure error={failure ?? error} />
      <ul class="plain">
        {data?.items.map((login) => (
          <li key={login.id} class="line">
            <span>
              <bdi title={login.device}>{deviceName(login.device)}</bdi>
              <span class="muted small">
                {' '}
                {formatAge(login.created_at)} · {texts.until(formatDate(login.expires_at))}
              </span>
            </span>
            {login.is_current ? (
              <span class="badge">{texts.thisOne}</span>
            ) : (
              <button
                type="button"
                class="quiet"
                aria-label={texts.endLogin(deviceName(login.device))}
                onClick={() => void end(login.id)}
              >
                {texts.end}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
