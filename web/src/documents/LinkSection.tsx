// The links to a collection: anybody who has one can read and search it. A link is shown once, when it is made.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { Link } from '../api/types';
import { messages } from '../messages.collections';
import { formatDate, formatMoment } from '../ui/format';
import { useLoad } from '../ui/load';
import { Confirm, Failure, Form, IconButton, InputField, Secret } from '../ui/parts';
import { link } from '../ui/router';

/** Days after which a new link ends, unless its maker chooses otherwise. */
const DAYS = '30';

export function LinkSection({ collection }: { collection: string }) {
  const path = { id: collection };
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/collections/{id}/links', { path, signal }), [collection]);
  const [days, setDays] = useState(DAYS);
  const [made, setMade] = useState<{ id: string; address: string }>();
  const [revoking, setRevoking] = useState<Link>();
  const texts = messages.links;
  const create = async () => {
    const body = days === '' ? {} : { days: Number(days) };
    const { id, secret } = await call('post', '/v1/collections/{id}/links', { path, body });
    setMade({ id, address: `${location.origin}/${link('link', secret)}` });
    reload();
  };
  const revoke = async () => {
    if (revoking) await call('delete', '/v1/links/{id}', { path: { id: revoking.id } });
    if (revoking?.id === made?.id) setMade(undefined);
    setRevoking(undefined);
    reload();
  };
  return (
    <section class="panel" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      <p class="muted small">{texts.lead}</p>
      <Failure error={error} retry={reload} />
      <Form submit={create} action={texts.create} fields={['days']}>
        <InputField
          label={texts.days}
          hint={texts.daysHint}
          name="days"
          type="number"
          min={1}
          max={3650}
          value={days}
          set={setDays}
        />
      </Form>
      {made && <Secret label={texts.once} hint={texts.onceHint} value={made.address} />}
      {data && data.items.length > 0 && (
        <ul class="plain">
          {data.items.map((one) => (
            <li key={one.id} class="line">
              <span>
                {texts.made(formatMoment(one.created_at))}
                <span class="muted small block">{endOf(one)}</span>
              </span>
              <IconButton icon="trash" label={texts.revokeLabel(formatMoment(one.created_at))} onClick={() => setRevoking(one)} />
            </li>
          ))}
        </ul>
      )}
      {revoking && (
        <Confirm
          title={texts.revokeTitle(formatMoment(revoking.created_at))}
          text={texts.revokeText}
          action={texts.revoke}
          run={revoke}
          close={() => setRevoking(undefined)}
        />
      )}
    </section>
  );
}

function endOf({ expires_at: end }: Link): string {
  const texts = messages.links;
  if (!end) return texts.endless;
  return new Date(end) > new Date() ? texts.ends(formatDate(end)) : texts.ended(formatDate(end));
}
