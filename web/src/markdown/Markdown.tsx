// Markdown on the page, block by block.
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { memo } from '../ui/memo';
import { splitBlocks } from './blocks';
import { renderMarkdown } from './render';

interface Props {
  text: string;
  markers: ReadonlySet<number>;
}

export function Markdown({ text, markers }: Props) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div class="prose">
      {blocks.map((block, index) => (
        <Block key={index} text={block} markers={markers} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text, markers }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.replaceChildren(renderMarkdown(text, markers));
  }, [text, markers]);
  return <div ref={place} />;
});
