// Markdown to a safe fragment of a document: no HTML of the text, no images, no scripts, links only to the web and mail.
import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { messages } from '../messages';
import { underlineDoubts } from './doubts';

const parser = new MarkdownIt({ html: false, linkify: false, breaks: false, maxNesting: 40 });
parser.validateLink = (url: string) => /^(https?:\/\/|mailto:)/i.test(url.trim());
parser.renderer.rules.image = (tokens, index) => parser.utils.escapeHtml(messages.answer.image(tokens[index]?.content ?? ''));

/** A citation: `[3]`, where the answer has a passage of that number. */
parser.inline.ruler.before('link', 'citation', (state, silent) => {
  const found = /^\[(\d{1,3})\](?!\()/.exec(state.src.slice(state.pos, state.pos + 6));
  const marker = found?.[1];
  const known = (state.env as { markers?: ReadonlySet<number> }).markers;
  if (marker === undefined || known?.has(Number(marker)) !== true) return false;
  if (!silent) state.push('citation', '', 0).content = marker;
  state.pos += marker.length + 2;
  return true;
});
parser.renderer.rules.citation = (tokens, index) => {
  const marker = tokens[index]?.content ?? '';
  return `<button type="button" class="cite" data-marker="${marker}" aria-label="${messages.answer.source(marker)}">${marker}</button>`;
};

underlineDoubts(parser);

const ALLOWED = {
  ALLOWED_TAGS: [
    'p',
    'br',
    'hr',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'ul',
    'ol',
    'li',
    'blockquote',
    'pre',
    'code',
    'em',
    'strong',
    's',
    'a',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'button',
    'span',
  ],
  ALLOWED_ATTR: ['href', 'title', 'start', 'type', 'class', 'data-marker', 'aria-label'],
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};

/** Renders Markdown; `markers` are the numbers of the passages that it may cite, and `isMarked` says that doubtful sentences have signs. */
export function renderMarkdown(text: string, markers: ReadonlySet<number>, isMarked: boolean): DocumentFragment {
  const fragment = DOMPurify.sanitize(parser.render(text, { markers, isMarked }), ALLOWED);
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
    link.title = link.href;
  }
  for (const block of fragment.querySelectorAll('p, li, h1, h2, h3, h4, h5, h6, blockquote, td, th')) {
    block.setAttribute('dir', 'auto');
  }
  // A part that scrolls sideways is reached by keyboard.
  for (const code of fragment.querySelectorAll('pre')) code.tabIndex = 0;
  for (const table of fragment.querySelectorAll('table')) {
    const frame = document.createElement('div');
    frame.className = 'table-frame';
    frame.tabIndex = 0;
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}
