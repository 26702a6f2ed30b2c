// What the organisation uses of its limits.
import { call } from '../api/client';
import { messages } from '../messages.screens';
import { formatBytes, formatNumber } from '../ui/format';
import { useLoad } from '../ui/load';
import { Failure } from '../ui/parts';

const KINDS = ['documents', 'bytes', 'tokens_per_day'] as const;

export function UsageTab() {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/organisation', { signal }), []);
  const texts = messages.settings;
  const show = (kind: (typeof KINDS)[number], value: number) => (kind === 'bytes' ? formatBytes(value) : formatNumber(value));
  return (
    <section class="panel">
      <Failure error={error} retry={reload} />
      {data && <h2 dir="auto">{data.name}</h2>}
      {data && (
        <dl class="usage">
          {KINDS.map((kind) => {
            const [used, limit] = [data.usage[kind], data.limits[kind]];
            return (
              <div key={kind}>
                <dt>{texts.limits[kind]}</dt>
                <dd>
                  {limit > 0 ? texts.of(show(kind, used), show(kind, limit)) : show(kind, used)}
                  {limit === 0 && <span class="muted small"> {texts.noLimit}</span>}
                  {limit > 0 && <progress aria-label={texts.limits[kind]} max={limit} value={used} />}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </section>
  );
}
