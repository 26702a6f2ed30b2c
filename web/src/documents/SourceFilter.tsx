// Narrows a list of documents to those whose path, file name or address begins with a text.
import { useEffect, useState } from 'preact/hooks';
import { messages } from '../messages.collections';

/** Number of documents above which a list can be narrowed. */
const MIN_DOCUMENTS = 8;
/** Time without a key after which the text applies, in milliseconds. */
const PAUSE_MS = 250;

interface Props {
  /** Number of all documents. */
  count: number;
  change: (prefix: string) => void;
}

export function SourceFilter({ count, change }: Props) {
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => change(text.trimStart()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  if (count <= MIN_DOCUMENTS && text === '') return null;
  const { label } = messages.filter;
  return (
    <input
      type="search"
      class="source-filter"
      dir="auto"
      maxLength={1000}
      aria-label={label}
      placeholder={label}
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
    />
  );
}
