// The differences of versions: hunks of a unified diff, and words within a line.
import { expect, test } from '@playwright/test';
import { mergeLines as mergeWithin, PART_CHARS, readHunks, type Line } from '../src/documents/diff';

const mergeLines = (before: string, after: string) => mergeWithin(before, after, { cells: 1_000_000, isSpent: false });

/** A line as text: removed pieces in brackets, added ones in braces. */
const show = (line: Line | undefined) =>
  line?.map(({ kind, text }) => (kind === 'same' ? text : kind === 'removed' ? `[${text}]` : `{${text}}`)).join('');

test('words that changed are marked within their line', () => {
  expect(show(mergeLines('It costs four crowns.', 'It costs five crowns.'))).toBe('It costs [four ]{five }crowns.');
  const longer = 'Both sides give notice in writing.';
  expect(show(mergeLines('Both sides give notice.', longer))).toBe('Both sides give notice {in writing}.');
  expect(show(mergeLines('会议在周一。', '会议在周二。'))).toBe('会议在周[一]{二}。');
});

test('lines that have little in common stay apart', () => {
  expect(mergeLines('The dome is open.', 'Tickets cost five crowns each.')).toBeUndefined();
  expect(mergeLines('word '.repeat(900), 'other '.repeat(900))).toBeUndefined();
});

test('hunks have their lines in order, whatever the lines begin with', () => {
  const unified = [
    '--- version 1',
    '+++ version 2',
    '@@ -1,4 +1,4 @@',
    ' # Visits',
    '---- a rule',
    '+--- a long rule',
    ' @@ not a hunk',
    '@@ -9 +9,2 @@',
    '-',
    '+++ two signs',
    '\\ No newline at end of file',
    '',
  ].join('\n');
  const { hunks, isCoarse, isCut } = readHunks(unified);
  expect([isCoarse, isCut]).toEqual([false, false]);
  expect(hunks.map((lines) => lines.map(show))).toEqual([
    ['# Visits', '--- a {long }rule', '@@ not a hunk'],
    ['[]', '{++ two signs}'],
  ]);
});

/** A unified diff in which each line before is replaced by the one after. */
const replaced = (before: string[], after: string[]) =>
  ['--- version 1', '+++ version 2', '@@ -1 +1 @@', ...before.map((line) => `-${line}`), ...after.map((line) => `+${line}`)].join(
    '\n',
  ) + '\n';

test('one changed word is marked in a paragraph of 6,000 words; a longer one is shown whole', () => {
  const words = Array.from({ length: 12_000 }, (_, index) => `w${index}`);
  const after = words.with(6_000, 'changed');
  const { hunks, isCoarse, isCut } = readHunks(replaced([words.join(' ')], [after.join(' ')]), 1_000_000);
  expect([isCoarse, isCut]).toEqual([true, false]);
  expect(hunks[0]).toHaveLength(2);
  const shorter = readHunks(replaced([words.slice(3_000, 9_000).join(' ')], [after.slice(3_000, 9_000).join(' ')]), 1_000_000);
  expect([shorter.isCoarse, shorter.isCut]).toEqual([false, false]);
  expect(shorter.hunks[0]?.[0]?.filter(({ kind }) => kind !== 'same')).toEqual([
    { kind: 'removed', text: 'w6000 ' },
    { kind: 'added', text: 'changed ' },
  ]);
});

test('the words of long paragraphs are compared until the work is done that a page can do at once', () => {
  // Every second word differs, so that each pair of paragraphs needs a table of 800 × 800.
  const paragraph = (version: string) =>
    Array.from({ length: 800 }, (_, index) => (index % 2 ? `same${index}` : `${version}${index}`)).join(' ');
  const before = Array.from({ length: 40 }, () => paragraph('old'));
  const after = Array.from({ length: 40 }, () => paragraph('new'));
  const { hunks, isCoarse, isCut } = readHunks(replaced(before, after), 10_000_000);
  expect([isCoarse, isCut]).toEqual([true, false]);
  const lines = hunks[0] ?? [];
  // 10 million cells are 15 tables; the other paragraphs are shown before and after.
  expect(lines.filter((line) => line.length > 1)).toHaveLength(15);
  expect(lines.filter((line) => line.length === 1)).toHaveLength(2 * 25);
});

test('long differences are cut, and shown in full on request', () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `Line ${index} is new.`);
  const unified = replaced([], lines);
  const first = readHunks(unified);
  expect(first.isCut).toBe(true);
  const shown = first.hunks[0] ?? [];
  expect(shown.length).toBeGreaterThan(500);
  expect(shown.length).toBeLessThan(3_000);
  expect(readHunks(unified, 2 * PART_CHARS).hunks[0]?.slice(0, shown.length - 1)).toEqual(shown.slice(0, -1));
  const all = readHunks(unified, 10_000_000);
  expect(all.isCut).toBe(false);
  expect(all.hunks[0]).toHaveLength(30_000);
  // Lines that replace others stand beside them, also if the part does not hold them all.
  const numbered = (word: string) => Array.from({ length: 30_000 }, (_, index) => `Line ${index} of the report is ${word}.`);
  const mixed = readHunks(replaced(numbered('old'), numbered('new')));
  expect([mixed.isCoarse, mixed.isCut]).toEqual([false, true]);
  expect(show(mixed.hunks[0]?.[500])).toBe('Line 500 of the report is [old]{new}.');
  // A line without an end, too, and never within a character.
  const endless = readHunks(replaced([], ['😀'.repeat(200_000)]), 1_001);
  expect(endless.isCut).toBe(true);
  expect(show(endless.hunks[0]?.[0])).toBe(`{${'😀'.repeat(500)}}`);
});
