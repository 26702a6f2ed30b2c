// Every text about one collection: its links, its settings and the page of a shared link, beside those of messages.screens.ts. A translation
// is another object of the same shape.
import { count } from './messages';
import { messages as first } from './messages.screens';
import { formatNumber } from './ui/format';

const english = {
  ...first,
  links: {
    people: 'People',
    title: 'Links',
    lead: 'Anybody who has a link can search the collection, ask it questions and read its documents, without an account.',
    days: 'Days until it ends',
    daysHint: '1 to 3,650. Empty: it works until you revoke it.',
    create: 'Create a link',
    once: 'The new link.',
    onceHint: 'Send it yourself: it is not shown again.',
    made: (date: string) => `Made ${date}`,
    ends: (date: string) => `ends ${date}`,
    ended: (date: string) => `ended ${date}`,
    endless: 'works until it is revoked',
    revoke: 'Revoke',
    revokeLabel: (date: string) => `Revoke the link made ${date}`,
    revokeTitle: (date: string) => `Revoke the link made ${date}?`,
    revokeText: 'The people who have it cannot open the collection any more. A revoked link does not come back.',
  },
  owner: {
    title: 'Owner',
    lead: 'You can hand the collection over to another person of your organisation.',
    person: 'New owner',
    action: 'Hand over',
    ask: (collection: string, name: string) => `Hand “${collection}” over to ${name}?`,
    text: (name: string) =>
      `${name} becomes its owner, who alone can share it, change its settings, delete it and hand it on. You stay as an editor: you can add documents. Its documents, its links and the rights of other people stay as they are.`,
    done: (name: string) => `${name} owns the collection now. You can still add documents.`,
  },
  shared: {
    lead: 'Shared with you by a link: you can search it, ask it questions and read its documents.',
    signIn: 'Sign in',
    ownPage: 'Your own documents',
    search: 'Search these documents',
    run: 'Search',
    ask: 'Ask',
    modes: 'Search or ask',
    notStored: 'Nothing is stored: questions and answers are gone when you leave this page.',
    found: (n: number) =>
      n === 0 ? 'No passage fits.' : n === 1 ? 'The passage that fits.' : `The ${formatNumber(n)} passages that fit best.`,
    leave: 'Show all documents',
    documents: 'Documents',
    empty: 'There are no documents yet.',
    gone: 'This link does not work',
    goneText:
      'It has ended, or was revoked, or a part of its address is missing. Ask the person who sent it to you for another one.',
  },
  filter: { label: 'Files and addresses that begin with', none: 'No file and no address begins with this.' },
  collection: {
    tabs: { general: 'General', reading: 'Reading', model: 'Model', synonyms: 'Synonyms', ratings: 'Ratings' },
    onlyOwner: 'Only the owner of the collection can change its settings.',
    onlyOwnerMost:
      'Only the owner of the collection can change its settings. You can pause the reading, and have documents read again.',
    reading: 'Reading',
    isReading: 'Documents are read as soon as they are added.',
    isPaused: (since: string) =>
      `Paused since ${since}. Documents that are added are stored, but not read, so that no search finds them.`,
    pause: 'Pause reading',
    resume: 'Resume reading',
    open: (n: number, isMore: boolean) =>
      isMore
        ? `${formatNumber(n)} documents or more wait or are being read.`
        : `${count(n, 'document waits or is', 'documents wait or are')} being read.`,
    held: (n: number, isMore: boolean) =>
      isMore
        ? `${formatNumber(n)} documents or more wait until reading is resumed.`
        : `${count(n, 'document waits', 'documents wait')} until reading is resumed.`,
    done: (done: number, all: number) => `${formatNumber(done)} of ${count(all, 'document', 'documents')} read.`,
    progress: 'Progress of the reading',
    each: 'See each of them',
    sizes: 'Size of passages',
    sizesLead:
      'Documents are divided into passages, and searches find passages. Small ones say one thing each; large ones hold more of what stands around it.',
    maxTokens: 'Maximum size, in tokens',
    maxTokensHint: '32 to 8,192, and at most what the model reads at a time. Empty: the server’s sizes.',
    overlap: 'Repeated from the passage before, in tokens',
    overlapHint: 'At most half of the maximum size.',
    sizesSaved: 'Saved. Documents keep their passages until they are read again.',
    again: 'Reading again',
    againLead:
      'Documents that would be read differently today are read again: because of other sizes, another model, text recognition or a newer program. Until the new passages of a document are ready, searches find those that it has.',
    all: 'All documents, also those that would be read as before',
    againAction: 'Read again',
    nothing: 'No document would be read differently.',
    model: 'Embedding model',
    modelLead: (name: string) => `Passages are compared by the model ${name}.`,
    onlyModel: 'This server has no other model. Its operator can add one with “rag model add”.',
    moveTo: 'Move to',
    moveHint:
      'Every passage is embedded again. Until that is done, searches use the present model, and documents can be added as always.',
    move: 'Move',
    outcomes: {
      queued: 'The collection is being moved.',
      unchanged: 'The collection has this model.',
      cancelled: 'The move has ended. The collection keeps its model.',
    } as Record<string, string>,
    moving: (model: string) => `Moving to ${model}`,
    movingOf: (done: number, all: number) => `${formatNumber(done)} of ${count(all, 'passage', 'passages')}`,
    stop: 'End the move',
    moveFailed: (model: string) => `The move to ${model} was given up.`,
    synonyms: 'Synonyms',
    synonymsLead:
      'Words and phrases that mean the same here. A question with one of them finds the others, too, from the next search on.',
    groups: 'Groups',
    groupsHint:
      'One group a line, with commas between its 2 to 16 terms, such as “notice period, term of notice”. At most 500 groups and 1,000 terms.',
    synonymsSaved: (n: number) => (n === 0 ? 'The collection has no synonyms.' : `${count(n, 'group is', 'groups are')} saved.`),
    ratings: 'Ratings',
    ratingsLead:
      'Documents whose passages helped with a question or misled, those that misled most first. People rate results of searches, and answers. Neither their questions nor their names are shown.',
    noRatings: 'Nobody has rated a passage of this collection yet.',
    helped: 'Helped',
    misled: 'Misled',
    raters: 'People',
    lastRated: 'Last',
    forget: 'Forget all ratings',
    forgetTitle: 'Forget all ratings?',
    forgetText:
      'Passages are ranked without them, for everybody who searches the collection. What people said of answers stays in their conversations. This cannot be undone.',
    forgotten: (n: number) => `${count(n, 'rating is', 'ratings are')} forgotten.`,
    hasCommas: 'Some terms contain commas, so they cannot be edited here. A program can change them with the API.',
  },
} as const;

export const messages = english;
