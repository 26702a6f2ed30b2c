// A list of documents with their facts; each can be deleted where the reader may do that.
import type { Document_ } from '../api/types';
import { messages } from '../messages';
import { formatAge, formatBytes, formatMoment, formatNumber } from '../ui/format';
import { IconButton } from '../ui/parts';
import { link } from '../ui/router';

interface Props {
  documents: Document_[];
  remove?: (document: Document_) => void;
}

export function DocumentTable({ documents, remove }: Props) {
  const texts = messages.documents;
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">{texts.document}</th>
          <th scope="col" class="number-cell">
            {texts.size}
          </th>
          <th scope="col" class="number-cell wide-only">
            {texts.passages}
          </th>
          <th scope="col" class="wide-only">
            {texts.lastChanged}
          </th>
          {remove && (
            <th scope="col">
              <span class="hidden">{texts.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {documents.map((document) => (
          <tr key={document.id}>
            <td>
              <a href={link('documents', document.id, 'text')}>
                <bdi>{document.title}</bdi>
              </a>
              {(document.version?.number ?? 1) > 1 && (
                <a class="badge" href={link('documents', document.id, 'versions')}>
                  {texts.version(document.version?.number ?? 1)}
                </a>
              )}
              {document.source && document.source !== document.title && (
                <bdi class="muted small source-line">{document.source}</bdi>
              )}
              {!document.searchable && <span class="badge">{texts.notReady}</span>}
            </td>
            <td class="number-cell">{formatBytes(document.version?.size_bytes ?? 0)}</td>
            <td class="number-cell wide-only">{formatNumber(document.version?.chunk_count ?? 0)}</td>
            <td class="wide-only" title={texts.times(formatMoment(document.created_at), formatMoment(document.updated_at))}>
              {formatAge(document.updated_at)}
            </td>
            {remove && (
              <td class="number-cell">
                <IconButton icon="trash" label={texts.removeLabel(document.title)} onClick={() => remove(document)} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
