// Says which pages of a version were read by OCR, and of which of them the text can be wrong.
import type { OcrPage } from '../api/types';
import { messages } from '../messages';
import { formatNumber } from '../ui/format';
import { Notice } from '../ui/parts';

/** Below this confidence the text of a page can be wrong, as in the warnings of the server (ADR 36). */
const LOW_CONFIDENCE = 0.95;
/** Maximum number of ranges of pages that are named. */
const MAX_RANGES = 10;

interface Props {
  pages: OcrPage[];
  /** The page that is shown; all if absent. */
  page?: number | null | undefined;
}

export function OcrNote({ pages, page }: Props) {
  const shown = page ? pages.filter((read) => read.page === page) : pages;
  if (shown.length === 0) return null;
  const doubtful = shown.filter(({ confidence }) => confidence < LOW_CONFIDENCE);
  const texts = messages.ocr;
  return (
    <Notice>
      <p>
        {texts.read(namePages(shown), shown.length)}{' '}
        {doubtful.length > 0 && (
          <span class="caution">
            {doubtful.length === shown.length ? texts.doubtAll : texts.doubt(namePages(doubtful))} {texts.compare}
          </span>
        )}
      </p>
    </Notice>
  );
}

/** Such as "pages 1–3 and 7"; the pages of files within a document have no number in it. */
function namePages(pages: OcrPage[]): string {
  const numbers = pages.flatMap(({ page }) => (page ? [page] : []));
  const named = numbers.length === 0 ? [] : [messages.ocr.pages(numbers.length, nameRanges(numbers))];
  const inner = pages.length === numbers.length ? [] : [messages.ocr.inner];
  return [...named, ...inner].join(messages.ocr.and);
}

function nameRanges(numbers: number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of [...new Set(numbers)].sort((one, other) => one - other)) {
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  const named = ranges
    .slice(0, MAX_RANGES)
    .map(({ first, last }) => (first === last ? formatNumber(first) : `${formatNumber(first)}–${formatNumber(last)}`));
  if (ranges.length > MAX_RANGES) named.push('…');
  return named.join(', ');
}
