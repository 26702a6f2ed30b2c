// Finds a quote in the texts of PDF pages, whose lines, hyphens, ligatures and accents are not those of the extracted text.

/** The pieces of text of a page, as pdf.js returns them. */
export interface PageText {
  page: number;
  items: string[];
}

/** A marked part of one piece of text. */
export interface Hit {
  page: number;
  item: number;
  from: number;
  to: number;
}

/** Letters and digits of texts, each with its place. */
interface Letters {
  text: string;
  places: Hit[];
}

/** Length of the beginning and the end that must be found when the quote as a whole is not, in letters. */
const ANCHOR = 24;
/** Greatest difference between the length of the quote and that of the part between its beginning and its end. */
const TOLERANCE = 0.3;

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function lettersOf(pages: PageText[]): Letters {
  let text = '';
  const places: Hit[] = [];
  for (const { page, items } of pages) {
    items.forEach((string, item) => {
      let from = 0;
      for (const character of string) {
        const to = from + character.length;
        const folded = fold(character);
        text += folded;
        for (let unit = 0; unit < folded.length; unit += 1) places.push({ page, item, from, to });
        from = to;
      }
    });
  }
  return { text, places };
}

/** The parts of the pages that hold the quote; empty if it is not found or not found once. */
export function findQuote(pages: PageText[], quote: string): Hit[] {
  const { text, places } = lettersOf(pages);
  const wanted = fold(quote);
  const span = wanted === '' ? undefined : (findOnce(text, wanted) ?? findByEnds(text, wanted));
  return span === undefined ? [] : join(places.slice(span.from, span.to));
}

interface Span {
  from: number;
  to: number;
}

function findOnce(text: string, wanted: string): Span | undefined {
  const from = text.indexOf(wanted);
  return from < 0 || text.indexOf(wanted, from + 1) >= 0 ? undefined : { from, to: from + wanted.length };
}

/** The part between the beginning and the end of the quote, if a running head or a note stands in between. */
function findByEnds(text: string, wanted: string): Span | undefined {
  if (wanted.length < 2 * ANCHOR) return undefined;
  const begin = findOnce(text, wanted.slice(0, ANCHOR));
  const end = findOnce(text, wanted.slice(-ANCHOR));
  if (begin === undefined || end === undefined) return undefined;
  const length = end.to - begin.from;
  return Math.abs(length - wanted.length) > wanted.length * TOLERANCE ? undefined : { from: begin.from, to: end.to };
}

/** Joins the places of letters into one part for each piece of text. */
function join(places: Hit[]): Hit[] {
  const hits: Hit[] = [];
  for (const place of places) {
    const last = hits.at(-1);
    if (last?.page === place.page && last.item === place.item) last.to = place.to;
    else hits.push({ ...place });
  }
  return hits;
}
