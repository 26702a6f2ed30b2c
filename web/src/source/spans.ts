// Places in a text. The server counts Unicode scalar values; JavaScript counts UTF-16 units.

/** The UTF-16 index of the `count`th scalar value. */
export function utf16Index(text: string, count: number): number {
  let index = 0;
  for (let left = count; left > 0 && index < text.length; left -= 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export interface Span {
  from: number;
  to: number;
}

/** The span of `text` from `start` to `end` (scalar values), if it holds the quote; elsewhere in the text if that holds it once; else nothing. */
export function locateQuote(text: string, start: number, end: number, quote: string | undefined): Span | undefined {
  const span = { from: utf16Index(text, start), to: utf16Index(text, end) };
  if (quote === undefined) return span;
  if (start >= 0 && squeeze(text.slice(span.from, span.to)) === squeeze(quote)) return span;
  const first = text.indexOf(quote);
  if (quote === '' || first < 0 || text.indexOf(quote, first + 1) >= 0) return undefined;
  return { from: first, to: first + quote.length };
}

export interface Piece {
  text: string;
  isMarked: boolean;
}

/** The paragraphs of a text, each cut where the span begins and ends. */
export function paragraphs(text: string, span: Span | undefined): Piece[][] {
  const found: Piece[][] = [];
  let index = 0;
  for (const paragraph of text.split(/(\n{2,})/)) {
    const [from, to] = [index, index + paragraph.length];
    index = to;
    if (/^\n*$/.test(paragraph)) continue;
    const cuts = [from, span?.from ?? from, span?.to ?? from, to].map((cut) => Math.min(Math.max(cut, from), to));
    const pieces: Piece[] = [];
    for (let cut = 0; cut < 3; cut += 1) {
      const part = text.slice(cuts[cut], cuts[cut + 1]);
      if (part !== '') pieces.push({ text: part, isMarked: cut === 1 });
    }
    found.push(pieces);
  }
  return found;
}
