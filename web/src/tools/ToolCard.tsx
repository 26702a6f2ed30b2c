// One tool: its name, purpose, parameters and success, and the scores by which a search found it.
import { call } from '../api/client';
import type { FoundTool, Tool } from '../api/types';
import { messages } from '../messages.screens';
import { formatAge, formatMoment, formatPercent } from '../ui/format';
import { IconButton } from '../ui/parts';
import { deleteWithUndo } from '../ui/undo';

interface Props {
  tool: Tool;
  found?: FoundTool;
  changed: () => void;
}

export function ToolCard({ tool, found, changed }: Props) {
  const { id, name, description, collection_id } = tool;
  const texts = messages.tools;
  const remove = () =>
    deleteWithUndo(id, texts.removed(name), async () => {
      await call('delete', '/v1/tools/{name}', { path: { name }, query: { collection_id } });
      changed();
    });
  const hasParameters = Object.keys(tool.parameters).length > 0;
  return (
    <li class="memory">
      <div class="memory-main">
        <p>
          <code>
            <bdi>{name}</bdi>
          </code>
        </p>
        <p class="memory-text" dir="auto">
          {description}
        </p>
        <p class="muted small" title={formatMoment(tool.updated_at)}>
          {factsOf(tool).join(' · ')}
        </p>
        {found && (
          <p class="ranks small">
            <span class="rank">{texts.score(found.score.toFixed(3))}</span>
            <span class="rank">{texts.meaning(found.cosine?.toFixed(3) ?? messages.lab.absent)}</span>
            <span class="rank">{texts.words(found.bm25?.toFixed(2) ?? messages.lab.absent)}</span>
            <span class="rank">{texts.outcomes(found.outcomes.toFixed(2))}</span>
          </p>
        )}
        {hasParameters && (
          <details class="fold small">
            <summary>{texts.parameters}</summary>
            <pre class="command">{JSON.stringify(tool.parameters, null, 2)}</pre>
          </details>
        )}
      </div>
      <div class="row-actions">
        <IconButton icon="trash" label={messages.settings.deleteLabel(name)} onClick={remove} />
      </div>
    </li>
  );
}

function factsOf({ use_count, success_count, last_used_at, updated_at }: Tool): string[] {
  const texts = messages.tools;
  const changed = messages.documents.changed(formatAge(updated_at));
  if (use_count === 0) return [messages.settings.neverUsed, changed];
  const used = last_used_at ? [messages.settings.lastUsed(formatAge(last_used_at))] : [];
  return [texts.uses(use_count), texts.succeeded(formatPercent(success_count / use_count)), ...used, changed];
}
