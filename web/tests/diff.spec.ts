// The differences of versions: hunks of a unified diff, and words within a line.
import { expect, test } from '@playwright/test';
import { mergeLines, readHunks, type Line } from '../src/documents/diff';

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
  expect(mergeLines('word '.repeat(2000), 'other '.repeat(2000))).toBeUndefined();
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
  const hunks = readHunks(unified).map((lines) => lines.map(show));
  expect(hunks).toEqual([
    ['# Visits', '--- a {long }rule', '@@ not a hunk'],
    ['[]', '{++ two signs}'],
  ]);
});
