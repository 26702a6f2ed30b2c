// The differences of two texts: the hunks of a unified diff, and the words that changed within a line. The work is bounded, so that long
// texts do not stop the page: what does not fit is left out, and said to be.

/** A piece of a line: in both versions, only in the old one, or only in the new one. */
export interface Piece {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** A line of a hunk, in pieces; a line that was changed a little has pieces of all kinds. */
export type Line = Piece[];

export interface Differences {
  hunks: Line[][];
  /** Whether some changed lines are shown whole, because to compare their words would take too long. */
  isCoarse: boolean;
  /** Whether the differences go on after the last hunk. */
  isCut: boolean;
}

/** Work that is left for comparing words, in cells of tables. */
export interface Budget {
  cells: number;
  /** Whether the words of some lines were not compared. */
  isSpent: boolean;
}

/** Length of the part of the differences that is shown at first and added each time, in characters; a page of this length is drawn at once. */
export const PART_CHARS = 100_000;
/** What a line counts beside its characters: empty lines must be drawn, too. */
const LINE_CHARS = 50;
/** Share of the words of two lines that must agree for them to be shown as one changed line. */
const MIN_AGREEMENT = 0.4;
/** Maximum product of the numbers of differing words of two lines: a table of this size takes about 10 ms. */
const MAX_CELLS = 1_000_000;
/** Maximum sum of these products in one comparison, which takes a tenth of a second. */
const MAX_ALL_CELLS = 10_000_000;
/** Maximum length of a line whose words are compared, in characters. */
const MAX_LINE_CHARS = 100_000;

/** The hunks of a unified diff, up to a length in characters. */
export function readHunks(unified: string, maxChars = PART_CHARS): Differences {
  const differences: Differences = { hunks: [], isCoarse: false, isCut: false };
  const budget: Budget = { cells: MAX_ALL_CELLS, isSpent: false };
  let left = maxChars;
  const add = (line: Line) => {
    if (left <= 0) differences.isCut = true;
    if (differences.isCut) return;
    const length = line.reduce((sum, { text }) => sum + text.length, 0);
    differences.isCut = length > left;
    differences.hunks.at(-1)?.push(differences.isCut ? cutLine(line, left) : line);
    left -= length + LINE_CHARS;
  };
  let removed: string[] = [];
  let added: string[] = [];
  // Lines that were replaced by others: each beside its successor.
  const flush = () => {
    const count = Math.max(removed.length, added.length);
    for (let index = 0; index < count && !differences.isCut; index += 1) {
      for (const line of pairLines(removed[index], added[index], budget)) add(line);
    }
    [removed, added] = [[], []];
  };
  // The first two lines name the versions.
  for (const line of unified.replace(/\n$/, '').split('\n').slice(2)) {
    if (differences.isCut) break;
    const text = line.slice(1).replace(/\r$/, '');
    if (line.startsWith('@@')) {
      flush();
      differences.hunks.push([]);
    } else if (line.startsWith('-')) {
      if (added.length > 0) flush();
      removed.push(text);
    } else if (line.startsWith('+')) added.push(text);
    else if (line.startsWith(' ')) {
      flush();
      add([{ kind: 'same', text }]);
    }
  }
  flush();
  return { ...differences, isCoarse: budget.isSpent };
}

/** One line if both resemble each other, otherwise both. */
function pairLines(before: string | undefined, after: string | undefined, budget: Budget): Line[] {
  const merged = before !== undefined && after !== undefined ? mergeLines(before, after, budget) : undefined;
  if (merged !== undefined) return [merged];
  const whole = (kind: Piece['kind'], text: string | undefined): Line[] => (text === undefined ? [] : [[{ kind, text }]]);
  return [...whole('removed', before), ...whole('added', after)];
}

/** The beginning of a line, of a length in characters. */
function cutLine(line: Line, length: number): Line {
  let left = length;
  return line.flatMap(({ kind, text }) => {
    const part = text.length > left ? text.slice(0, left).replace(/[\uD800-\uDBFF]$/, '') : text;
    left = Math.max(0, left - text.length);
    return part === '' && text !== '' ? [] : [{ kind, text: part }];
  });
}

/** Words with the space after them; a character of a script that is written without spaces is a word. */
function splitWords(text: string): string[] {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+\s*|[^\p{L}\p{N}]\s*/gu,
    ) ?? []
  );
}

/** Both lines as one, by their longest common words; undefined if they have too little in common, or the budget does not allow it. */
export function mergeLines(before: string, after: string, budget: Budget): Line | undefined {
  if (before.length + after.length > MAX_LINE_CHARS) {
    budget.isSpent = true;
    return undefined;
  }
  const [old, fresh] = [splitWords(before), splitWords(after)];
  const [oldKeys, freshKeys] = [old.map((word) => word.trim()), fresh.map((word) => word.trim())];
  // Most changes leave the beginning and the end of a line alone: only the words between them need a table.
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && oldKeys[head] === freshKeys[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && oldKeys.at(-1 - tail) === freshKeys.at(-1 - tail)) tail += 1;
  const [rows, columns] = [old.length - head - tail, fresh.length - head - tail];
  if (rows * columns > Math.min(MAX_CELLS, budget.cells)) {
    budget.isSpent = true;
    return undefined;
  }
  budget.cells -= rows * columns;
  const common = countCommon(oldKeys.slice(head, head + rows), freshKeys.slice(head, head + columns));
  const agreed = head + tail + (common[0] ?? 0);
  if ((2 * agreed) / Math.max(1, old.length + fresh.length) < MIN_AGREEMENT) return undefined;
  const line: Line = [];
  const add = (kind: Piece['kind'], text: string) => {
    const last = line.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== '') line.push({ kind, text });
  };
  add('same', fresh.slice(0, head).join(''));
  const at = (row: number, column: number) => common[row * (columns + 1) + column] ?? 0;
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const isSame = row < rows && column < columns && oldKeys[head + row] === freshKeys[head + column];
    if (isSame) {
      add('same', fresh[head + column] ?? '');
      row += 1;
      column += 1;
    } else if (row < rows && (column === columns || at(row + 1, column) >= at(row, column + 1))) {
      add('removed', old[head + row] ?? '');
      row += 1;
    } else {
      add('added', fresh[head + column] ?? '');
      column += 1;
    }
  }
  add('same', fresh.slice(head + columns).join(''));
  return line;
}

/** The number of common words from each pair of places to the ends, row by row. */
function countCommon(old: string[], fresh: string[]): Uint32Array {
  const width = fresh.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row -= 1)
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      const place = row * width + column;
      common[place] =
        old[row] === fresh[column]
          ? (common[place + width + 1] ?? 0) + 1
          : Math.max(common[place + width] ?? 0, common[place + 1] ?? 0);
    }
  return common;
}
