// Markdown on the page, block by block.
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Sentence } from '../api/types';
import { memo } from '../ui/memo';
import { splitBlocks } from './blocks';
import { markDoubts } from './doubts';
import { renderMarkdown } from './render';

interface Props {
  text: string;
  markers: ReadonlySet<number>;
  /** Sentences, of which the doubtful ones are underlined. */
  sentences: Sentence[];
}

export function Markdown({ text, markers, sentences }: Props) {
  const marked = useMemo(() => markDoubts(text, sentences), [text, sentences]);
  const blocks = useMemo(() => splitBlocks(marked), [marked]);
  return (
    <div class="prose">
      {blocks.map((block, index) => (
        <Block key={index} text={block} markers={markers} isMarked={marked !== text} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text, markers, isMarked }: Omit<Props, 'sentences'> & { isMarked: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.replaceChildren(renderMarkdown(text, markers, isMarked));
  }, [text, markers, isMarked]);
  return <div ref={place} />;
});
