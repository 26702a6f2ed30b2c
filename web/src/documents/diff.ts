// The differences of two texts: the hunks of a unified diff, and the words that changed within a line.

/** A piece of a line: in both versions, only in the old one, or only in the new one. */
export interface Piece {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** A line of a hunk, in pieces; a line that was changed a little has pieces of all kinds. */
export type Line = Piece[];

/** Share of the words of two lines that must agree for them to be shown as one changed line. */
const MIN_AGREEMENT = 0.4;
/** Maximum product of the numbers of words that are compared: a table of this size takes a few milliseconds. */
const MAX_CELLS = 1_000_000;

/** The hunks of a unified diff. */
export function readHunks(unified: string): Line[][] {
  const hunks: Line[][] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = () => {
    hunks.at(-1)?.push(...pairLines(removed, added));
    [removed, added] = [[], []];
  };
  // The first two lines name the versions.
  for (const line of unified.split('\n').slice(2)) {
    const text = line.slice(1).replace(/\r$/, '');
    if (line.startsWith('@@')) {
      flush();
      hunks.push([]);
    } else if (line.startsWith('-')) {
      if (added.length > 0) flush();
      removed.push(text);
    } else if (line.startsWith('+')) added.push(text);
    else if (line.startsWith(' ')) {
      flush();
      hunks.at(-1)?.push([{ kind: 'same', text }]);
    }
  }
  flush();
  return hunks;
}

/** Lines that were replaced by others: each beside its successor if they resemble each other. */
function pairLines(removed: string[], added: string[]): Line[] {
  const lines: Line[] = [];
  const count = Math.max(removed.length, added.length);
  for (let index = 0; index < count; index += 1) {
    const [before, after] = [removed[index], added[index]];
    const merged = before !== undefined && after !== undefined ? mergeLines(before, after) : undefined;
    if (merged !== undefined) {
      lines.push(merged);
      continue;
    }
    if (before !== undefined) lines.push([{ kind: 'removed', text: before }]);
    if (after !== undefined) lines.push([{ kind: 'added', text: after }]);
  }
  return lines;
}

/** Words with the space after them; a character of a script that is written without spaces is a word. */
function splitWords(text: string): string[] {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+\s*|[^\p{L}\p{N}]\s*/gu,
    ) ?? []
  );
}

/** Both lines as one, by their longest common words; undefined if they have too little in common. */
export function mergeLines(before: string, after: string): Line | undefined {
  const [old, fresh] = [splitWords(before), splitWords(after)];
  if (old.length * fresh.length > MAX_CELLS) return undefined;
  const width = fresh.length + 1;
  // The number of common words from each pair of places to the ends.
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  const isSame = (row: number, column: number) => old[row]?.trim() === fresh[column]?.trim();
  for (let row = old.length - 1; row >= 0; row -= 1)
    for (let column = fresh.length - 1; column >= 0; column -= 1)
      common[row * width + column] = isSame(row, column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
  if ((2 * at(0, 0)) / Math.max(1, old.length + fresh.length) < MIN_AGREEMENT) return undefined;
  const line: Line = [];
  const add = (kind: Piece['kind'], text: string) => {
    const last = line.at(-1);
    if (last?.kind === kind) last.text += text;
    else line.push({ kind, text });
  };
  let [row, column] = [0, 0];
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && isSame(row, column)) {
      add('same', fresh[column] ?? '');
      row += 1;
      column += 1;
    } else if (row < old.length && (column === fresh.length || at(row + 1, column) >= at(row, column + 1))) {
      add('removed', old[row] ?? '');
      row += 1;
    } else {
      add('added', fresh[column] ?? '');
      column += 1;
    }
  }
  return line;
}
