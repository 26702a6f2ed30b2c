// The differences between the texts of two versions, with the words that were removed and added.
import { useMemo, useState } from 'preact/hooks';
import { call } from '../api/client';
import { messages } from '../messages.screens';
import { useLoad } from '../ui/load';
import { Failure, MoreButton } from '../ui/parts';
import { PART_CHARS, readHunks, type Piece } from './diff';

interface Props {
  document: string;
  /** Numbers of the versions. */
  from: number;
  to: number;
  /** Numbers of the other versions that `to` can be compared with. */
  others: number[];
  compare: (from: number) => void;
}

export function Changes({ document, from, to, others, compare }: Props) {
  const { data, error, reload } = useLoad(
    (signal) =>
      call('get', '/v1/documents/{id}/versions/{number}/changes', {
        path: { id: document, number: String(to) },
        query: { from },
        signal,
      }),
    [document, from, to],
  );
  const [length, setLength] = useState(PART_CHARS);
  const { hunks, isCoarse, isCut } = useMemo(() => readHunks(data?.unified ?? '', length), [data, length]);
  const texts = messages.versions;
  return (
    <div class="version-changes">
      <p class="line">
        <label class="compared">
          <span>{texts.comparedWith}</span>
          <select value={from} onChange={({ currentTarget }) => compare(Number(currentTarget.value))}>
            {others.map((number) => (
              <option key={number} value={number}>
                {messages.documents.version(number)}
              </option>
            ))}
          </select>
        </label>
        <span class="muted small" role="status">
          {data && texts.lines(data.added_lines, data.removed_lines)}
        </span>
      </p>
      <Failure error={error} retry={reload} />
      {data && hunks.length === 0 && <p class="muted">{texts.same}</p>}
      {isCoarse && <p class="muted small">{texts.coarse}</p>}
      {hunks.map((lines, hunk) => (
        <div key={hunk} class="hunk">
          {lines.map((pieces, line) => (
            <p key={line} dir="auto" class={pieces.every(({ kind }) => kind === 'same') ? 'muted' : undefined}>
              {pieces.map((piece, index) => (
                <PieceView key={index} piece={piece} />
              ))}
            </p>
          ))}
        </div>
      ))}
      {isCut && (
        <p class="line">
          <span class="muted small" role="status">
            {texts.cut}
          </span>
          <MoreButton more={() => setLength(length + PART_CHARS)} />
        </p>
      )}
    </div>
  );
}

function PieceView({ piece: { kind, text } }: { piece: Piece }) {
  if (kind === 'removed') return <del>{text}</del>;
  return kind === 'added' ? <ins>{text}</ins> : <>{text}</>;
}
