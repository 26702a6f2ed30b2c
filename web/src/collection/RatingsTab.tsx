// The documents of a collection by the ratings of their passages; the owner can have all ratings forgotten.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import type { JudgedDocument } from '../api/types';
import { messages } from '../messages.collections';
import { formatAge, formatMoment, formatNumber } from '../ui/format';
import { useLoad } from '../ui/load';
import { Confirm, Failure } from '../ui/parts';
import { link } from '../ui/router';
import { showMessage } from '../ui/undo';
import type { TabProps } from './CollectionSettings';

export function RatingsTab({ collection: { id }, isOwner }: TabProps) {
  const path = { id };
  const [isAsking, setAsking] = useState(false);
  const { data, error, reload } = useLoad(
    (signal) => call('get', '/v1/collections/{id}/judged-documents', { path, signal }),
    [id],
  );
  const texts = messages.collection;
  const forget = async () => {
    const { forgotten } = await call('delete', '/v1/collections/{id}/judgements', { path });
    setAsking(false);
    showMessage(texts.forgotten(forgotten));
    reload();
  };
  return (
    <section class="panel settings">
      <h2>{texts.ratings}</h2>
      <p class="muted">{texts.ratingsLead}</p>
      <Failure error={error} retry={reload} />
      {data && data.documents.length === 0 && <p class="muted empty">{texts.noRatings}</p>}
      {data && data.documents.length > 0 && (
        <>
          <Judged documents={data.documents} />
          {isOwner && (
            <button type="button" class="secondary" onClick={() => setAsking(true)}>
              {texts.forget}
            </button>
          )}
        </>
      )}
      {isAsking && (
        <Confirm
          title={texts.forgetTitle}
          text={texts.forgetText}
          action={texts.forget}
          run={forget}
          close={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Judged({ documents }: { documents: JudgedDocument[] }) {
  const texts = messages.collection;
  return (
    <table class="list judged">
      <thead>
        <tr>
          <th scope="col">{messages.documents.document}</th>
          <th scope="col" class="number-cell">
            {texts.helped}
          </th>
          <th scope="col" class="number-cell">
            {texts.misled}
          </th>
          <th scope="col" class="number-cell wide-only">
            {texts.raters}
          </th>
          <th scope="col" class="number-cell wide-only">
            {texts.lastRated}
          </th>
        </tr>
      </thead>
      <tbody>
        {documents.map(({ document_id, title, source, helped, misled, users, last_at }) => (
          <tr key={document_id}>
            <td dir="auto">
              <a href={link('documents', document_id, 'text')} title={source ?? undefined}>
                {title}
              </a>
            </td>
            <td class="number-cell">{formatNumber(helped)}</td>
            <td class="number-cell">{formatNumber(misled)}</td>
            <td class="number-cell wide-only">{formatNumber(users)}</td>
            <td class="number-cell wide-only" title={formatMoment(last_at)}>
              {formatAge(last_at)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
