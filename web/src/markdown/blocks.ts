// Cuts Markdown into blocks that can be rendered apart, so that a growing answer renders only its last block again.

/** The blocks of a text; their concatenation is the text. */
export function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let block = '';
  let fence: string | undefined;
  let isAfterBlank = false;
  for (const line of text.split(/(?<=\n)/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && isAfterBlank && beginsBlock(line)) {
      blocks.push(block);
      block = '';
    }
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence)) fence = undefined;
    }
    block += line;
    isAfterBlank = line.trim() === '';
  }
  if (block !== '') blocks.push(block);
  return blocks;
}

/** Whether a line after a blank one belongs to no list, quote or indented code that began before. */
function beginsBlock(line: string): boolean {
  return /^\S/.test(line) && !/^([-*+>]|\d{1,9}[.)])(\s|$)/.test(line);
}
