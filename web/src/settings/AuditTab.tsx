// The audit log of the organisation, newest first.
import { call, listAll } from '../api/client';
import { messages } from '../messages.screens';
import { formatMoment } from '../ui/format';
import { useLoad, usePages } from '../ui/load';
import { Failure, MoreButton } from '../ui/parts';

export function AuditTab() {
  const people = useLoad(() => listAll((next) => call('get', '/v1/users', { query: { limit: 200, after: next } })), []);
  const { items, error, reload, more } = usePages(
    (after, signal) => call('get', '/v1/audit', { query: { limit: 50, after }, signal }),
    [],
  );
  const texts = messages.settings;
  const nameOf = (id: string | null | undefined) => people.data?.find((user) => user.id === id)?.display_name ?? '';
  return (
    <section class="panel">
      <p class="muted">{texts.auditLead}</p>
      <Failure error={error} retry={reload} />
      <div class="table-frame" tabIndex={0} role="region" aria-label={texts.audit}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{texts.when}</th>
              <th scope="col">{texts.action}</th>
              <th scope="col">{texts.who}</th>
              <th scope="col">{texts.details}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((event) => (
              <tr key={event.id}>
                <td>{formatMoment(event.created_at)}</td>
                <td>
                  <code>{event.action}</code>
                </td>
                <td dir="auto">{nameOf(event.actor_id)}</td>
                <td class="facts" dir="auto">
                  {factsOf(event.details)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MoreButton more={more} />
    </section>
  );
}

function factsOf(details: unknown): string {
  return Object.entries((details ?? {}) as Record<string, unknown>)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
