// Quotes in the texts of PDF pages.
import { expect, test } from '@playwright/test';
import { findQuote, type PageText } from '../src/source/pdf/find';

/** The marked text, a bar between two pieces. */
function marked(pages: string[][], quote: string): string {
  const texts = pages.map((items, index): PageText => ({ page: index + 1, items }));
  const parts = findQuote(texts, quote).map(({ page, item, from, to }) => texts[page - 1]?.items[item]?.slice(from, to));
  return parts.join('|');
}

test('a quote is found across lines, hyphens, ligatures, accents and pages', () => {
  expect(marked([['The ﬁrst ofﬁce', 'is open. It closes.']], 'The first office is open.')).toBe('The ﬁrst ofﬁce|is open');
  expect(marked([['an excep-', 'tional night']], 'an exceptional night')).toBe('an excep|tional night');
  expect(marked([['Cafe\u0301 Müller']], 'Café Müller')).toBe('Cafe\u0301 Müller');
  expect(marked([['It ends'], ['on the next page.']], 'It ends on the next page.')).toBe('It ends|on the next page');
  expect(marked([['用户说', '今天下雨。']], '用户说今天下雨。')).toBe('用户说|今天下雨');
  expect(marked([['x 😀 Sm', 'iles']], 'Smiles')).toBe('Sm|iles');
});

test('a running head between the two parts of a quote does not hide it', () => {
  const [begin, end] = ['The committee met eleven times in the course of the year and', 'heard the reports of all departments.'];
  expect(marked([[begin], ['Annual report 7', end]], `${begin} ${end}`)).toBe(`${begin}|Annual report 7|${end.slice(0, -1)}`);
});

test('nothing is marked for a quote that is absent, ambiguous or without letters', () => {
  expect(marked([['All is well.']], 'All is lost.')).toBe('');
  expect(marked([['Again.', 'Again.']], 'Again.')).toBe('');
  expect(marked([['– – –']], '– –')).toBe('');
});
