// The messages of a conversation as a tree: an edited question stands beside the one that it replaces, a new answer beside the old one.
import type { Message } from '../api/types';

export interface Tree {
  /** By id, in the order in which they were stored. */
  messages: ReadonlyMap<string, Message>;
  /** The messages that follow one; those without a parent stand under ''. */
  children: ReadonlyMap<string, Message[]>;
}

/** The versions of a message, and which of them is shown. */
export interface Versions {
  ids: string[];
  at: number;
}

export const NO_MESSAGES: Tree = { messages: new Map(), children: new Map() };

export function grow(tree: Tree, added: Message[]): Tree {
  const messages = new Map(tree.messages);
  for (const message of added) messages.set(message.id, message);
  const children = new Map<string, Message[]>();
  for (const message of messages.values()) {
    const parent = message.parent_id ?? '';
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [message]);
    else siblings.push(message);
  }
  return { messages, children };
}

/** The branch that ends with a message, or with the last one stored. */
export function branchTo(tree: Tree, end: string | undefined): Message[] {
  const branch: Message[] = [];
  const last = end === undefined ? undefined : tree.messages.get(end);
  let message = last ?? [...tree.messages.values()].at(-1);
  while (message !== undefined) {
    branch.push(message);
    message = message.parent_id ? tree.messages.get(message.parent_id) : undefined;
  }
  return branch.reverse();
}

/** The end of the newest branch through a message. */
export function newestEnd(tree: Tree, id: string): string {
  let end = id;
  for (let next = tree.children.get(end); next !== undefined; next = tree.children.get(end)) end = next.at(-1)?.id ?? end;
  return end;
}

export function versionsOf(tree: Tree, message: Message): Versions {
  const ids = (tree.children.get(message.parent_id ?? '') ?? []).map(({ id }) => id);
  return { ids, at: ids.indexOf(message.id) };
}
