// API keys: list, make (the secret is shown once), delete.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Key, Scope } from '../api/types';
import { messages } from '../messages.screens';
import { formatAge, formatDate } from '../ui/format';
import { useLoad } from '../ui/load';
import { asCurl } from '../ui/curl';
import { Confirm, CopyButton, Dialog, Failure, Form, IconButton, InputField, Secret } from '../ui/parts';

const SCOPES: Scope[] = ['read', 'ask', 'write', 'manage'];

export function KeysTab() {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/keys', { signal }), []);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [deleting, setDeleting] = useState<Key>();
  const texts = messages.settings;
  const remove = async () => {
    if (deleting) await call('delete', '/v1/keys/{id}', { path: { id: deleting.id } });
    setDeleting(undefined);
    reload();
  };
  return (
    <section class="panel">
      <Failure error={error} retry={reload} />
      {made !== undefined && <Secret label={texts.keyOnce} hint={texts.keyOnceHint} value={made} />}
      {data?.items.length === 0 && <p class="muted">{texts.noKeys}</p>}
      <ul class="plain">
        {data?.items.map((key) => (
          <li key={key.id} class="line">
            <span>
              <bdi>{key.name}</bdi> <code class="small">{key.prefix}…</code>
              <span class="muted small block">
                {key.scopes.map((scope) => texts.scopeNames[scope] ?? scope).join(', ')} ·{' '}
                {key.last_used_at ? texts.lastUsed(formatAge(key.last_used_at)) : texts.neverUsed}
                {key.expires_at && ` · ${texts.ends(formatDate(key.expires_at))}`}
              </span>
            </span>
            <IconButton icon="trash" label={texts.deleteLabel(key.name)} onClick={() => setDeleting(key)} />
          </li>
        ))}
      </ul>
      <button type="button" class="secondary" onClick={() => setMaking(true)}>
        {texts.newKey}
      </button>
      {data && data.items.length > 0 && <Usage />}
      {isMaking && <NewKey close={() => setMaking(false)} made={(key) => (setMade(key), setMaking(false), reload())} />}
      {deleting && (
        <Confirm
          title={texts.removeKey(deleting.name)}
          text={texts.removeKeyText}
          action={messages.actions.remove}
          run={remove}
          close={() => setDeleting(undefined)}
        />
      )}
    </section>
  );
}

/** How a program uses a key. */
function Usage() {
  const texts = messages.settings;
  const command = asCurl('/v1/ask', { question: texts.keyQuestion });
  return (
    <div>
      <p class="muted small">{texts.keyUsage}</p>
      <pre class="command">{command}</pre>
      <CopyButton text={command} label={messages.lab.curl} />
    </div>
  );
}

function NewKey({ close, made }: { close: () => void; made: (key: string) => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['read', 'ask']);
  const [days, setDays] = useState('');
  const texts = messages.settings;
  const submit = async () => {
    const body = { name: name.trim(), scopes, ...(days === '' ? {} : { days: Number(days) }) };
    made((await call('post', '/v1/keys', { body })).key);
  };
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope]);
  return (
    <Dialog title={texts.newKey} close={close}>
      <Form submit={submit} action={messages.actions.create} cancel={close}>
        <InputField label={texts.keyName} dir="auto" required maxLength={200} value={name} set={setName} />
        <fieldset class="checks">
          <legend>{texts.scopes}</legend>
          {SCOPES.map((scope) => (
            <label class="check" key={scope}>
              <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
              <span>{texts.scopeNames[scope]}</span>
            </label>
          ))}
        </fieldset>
        <InputField label={texts.days} hint={texts.daysHint} type="number" min={1} max={3650} value={days} set={setDays} />
      </Form>
    </Dialog>
  );
}
