// The uses of tools in the last 30 days, by everybody who uses them.
import { call } from '../api/client';
import { messages } from '../messages.screens';
import { formatAge, formatMoment, formatMs, formatNumber, formatPercent } from '../ui/format';
import { useLoad } from '../ui/load';
import { Failure } from '../ui/parts';

export function ToolUsage() {
  const { data, error, reload } = useLoad((signal) => call('get', '/v1/tools/usage', { signal }), []);
  const texts = messages.tools;
  return (
    <>
      <p class="muted small">{texts.usageHint}</p>
      <Failure error={error} retry={reload} />
      {data && data.tools.length === 0 && <p class="muted empty">{texts.noUses}</p>}
      {data && data.tools.length > 0 && (
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{texts.tool}</th>
              <th scope="col" class="number-cell">
                {texts.tabs.usage}
              </th>
              <th scope="col" class="number-cell">
                {texts.successes}
              </th>
              <th scope="col" class="number-cell wide-only">
                {texts.median}
              </th>
              <th scope="col" class="wide-only">
                {texts.last}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.tools.map((tool) => (
              <tr key={tool.tool_id}>
                <td>
                  <code>
                    <bdi>{tool.name}</bdi>
                  </code>
                </td>
                <td class="number-cell">{formatNumber(tool.uses)}</td>
                <td class="number-cell">{formatPercent(tool.success_share)}</td>
                <td class="number-cell wide-only">
                  {typeof tool.median_duration_ms === 'number' ? formatMs(tool.median_duration_ms) : messages.health.unknown}
                </td>
                <td class="wide-only" title={formatMoment(tool.last_used_at)}>
                  {formatAge(tool.last_used_at)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
