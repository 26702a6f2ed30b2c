// One passage that a search found; it opens the source.
import type { ComponentChildren } from 'preact';
import type { Passage } from '../api/types';
import { Where, type Cited } from '../chat/AnswerView';
import { Highlighted } from './Highlighted';

interface Props {
  passage: Passage;
  place: number;
  score: number | undefined;
  open: (cited: Cited) => void;
  children?: ComponentChildren;
  /** Stands below the button that opens the source. */
  foot?: ComponentChildren;
}

export function Hit({ passage, place, score, open, children, foot }: Props) {
  const cited: Cited = { ...passage, marker: place, quote: passage.text, isPassage: true };
  return (
    <li>
      <button type="button" class="hit" onClick={() => open(cited)}>
        <span class="hit-head">
          <span class="number">{place}</span>
          <bdi class="source-title">{passage.title}</bdi>
          <span class="score">{score?.toFixed(3)}</span>
        </span>
        <span class="small where">
          <Where cited={passage} />
        </span>
        <span class="hit-text" dir="auto">
          <Highlighted text={passage.text} ranges={passage.highlights as [number, number][]} />
        </span>
        {children}
      </button>
      {foot}
    </li>
  );
}
