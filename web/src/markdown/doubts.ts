// Sentences of an answer that no cited passage supports: marked in its Markdown by signs, underlined where it is rendered.
import type MarkdownIt from 'markdown-it';
import type { Sentence } from '../api/types';
import { messages } from '../messages';

/** The sign before a sentence. Signs are punctuation, so that emphasis beside them is still read. */
const SIGNS: Record<string, string> = { uncited: '\u2e22', unsupported: '\u2e24', contradicted: '\u2e26' };
const END = '\u2e23';
const SIGN = /([\u2e22-\u2e24\u2e26])/;

/** The text with signs around doubtful sentences; unchanged if it holds such signs itself. */
export function markDoubts(text: string, sentences: Sentence[]): string {
  if (SIGN.test(text)) return text;
  const letters = [...text];
  let [marked, at] = ['', 0];
  for (const { start, end, support } of sentences) {
    const sign = SIGNS[support];
    if (sign === undefined) continue;
    marked += letters.slice(at, start).join('') + sign + letters.slice(start, end).join('') + END;
    at = end;
  }
  return marked + letters.slice(at).join('');
}

/** Makes a parser underline what stands between signs, if its environment has `isMarked`. */
export function underlineDoubts(parser: InstanceType<typeof MarkdownIt>): void {
  parser.core.ruler.push('doubts', (state) => {
    if ((state.env as { isMarked?: boolean }).isMarked !== true) return;
    let support: string | undefined;
    const underlined = (type: string, content: string, markup: string) => {
      const token = new state.Token(type, type === 'text' ? '' : 'code', 0);
      Object.assign(token, { content, markup });
      if (support === undefined) return [token];
      const open = new state.Token('doubt_open', 'span', 1);
      open.attrs = [
        ['class', 'doubt'],
        ['title', messages.answer.doubts[support] ?? ''],
      ];
      return [open, token, new state.Token('doubt_close', 'span', -1)];
    };
    for (const block of state.tokens) {
      block.children =
        block.children?.flatMap((token) => {
          if (token.type !== 'text' && token.type !== 'code_inline') return [token];
          return token.content.split(SIGN).flatMap((piece) => {
            if (SIGN.test(piece)) {
              support = Object.keys(SIGNS).find((known) => SIGNS[known] === piece);
              return [];
            }
            return piece === '' ? [] : underlined(token.type, piece, token.markup);
          });
        }) ?? null;
    }
  });
}
