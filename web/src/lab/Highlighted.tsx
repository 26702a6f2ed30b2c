// The part of a passage around its first highlighted word, with the words of the query marked.
import { utf16Index } from '../source/spans';

const MAX_CHARS = 260;
const BEFORE = 60;

export function Highlighted({ text, ranges }: { text: string; ranges: [number, number][] }) {
  const marks = ranges.map(([from, to]) => [utf16Index(text, from), utf16Index(text, to)] as const);
  const first = marks[0]?.[0] ?? 0;
  const start = first > BEFORE * 2 ? text.indexOf(' ', first - BEFORE) + 1 : 0;
  const end = Math.min(text.length, start + MAX_CHARS);
  const parts = [];
  let at = start;
  for (const [from, to] of marks) {
    if (from < at || to > end) continue;
    parts.push(text.slice(at, from), <b key={from}>{text.slice(from, to)}</b>);
    at = to;
  }
  parts.push(text.slice(at, end));
  return (
    <>
      {start > 0 && '… '}
      {parts}
      {end < text.length && ' …'}
    </>
  );
}
