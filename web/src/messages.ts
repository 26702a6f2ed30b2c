// Every text that the page shows, in one place. A translation is another object of the same shape.
import { formatNumber } from './ui/format';

const count = (n: number, one: string, many: string) => `${formatNumber(n)} ${n === 1 ? one : many}`;

const english = {
  name: 'rag',
  language: 'en',
  direction: 'ltr',
  actions: {
    cancel: 'Cancel', close: 'Close', copy: 'Copy', copied: 'Copied', retry: 'Try again', remove: 'Delete', save: 'Save', create: 'Create',
    more: 'Show more', back: 'Back', open: 'Open', clear: 'Clear the list', done: 'Done',
  },
  nav: {
    label: 'Main', menu: 'Menu', newQuestion: 'New question', documents: 'Documents', lab: 'Search lab', settings: 'Settings', conversations: 'Conversations', conversation: 'Conversation',
    dark: 'Dark theme', light: 'Light theme', skip: 'Skip to the content', noConversations: 'Your conversations appear here.',
  },
  offline: {
    banner: 'The server does not answer. This page tries again until it does.',
    error: 'The server does not answer. Check that it runs and that you are connected.',
  },
  welcome: {
    title: 'Ask your documents',
    lead: 'Every answer cites the sentences that it is made from. One click shows them where they stand.',
    firstTitle: 'Begin with a document',
    firstLead: 'Add files, ask a question, and check each sentence of the answer in its source.',
    steps: [
      ['Add files', 'PDF, HTML, Markdown or plain text. They stay on this server.'],
      ['Ask', 'In your own words. The first answer comes as soon as the first file is read.'],
      ['Check', 'Each number in an answer opens its source, with the sentence marked.'],
    ],
    try: 'Try one of these',
    sample: (heading: string, title: string) => (title === heading ? `What does “${title}” say?` : `What does “${title}” say about “${heading}”?`),
  },
  composer: {
    label: 'Question', placeholder: 'Ask a question', followUp: 'Ask a follow-up question', send: 'Ask', stop: 'Stop the answer', all: 'All collections',
    some: (n: number) => count(n, 'collection', 'collections'), pick: 'Collections to search', none: 'There are no collections yet.',
    hint: 'Enter asks, Shift and Enter begins a new line.',
  },
  answer: {
    question: 'Question', answer: 'Answer', searching: 'Searching', reading: (n: number) => `Reading ${count(n, 'passage', 'passages')}`,
    source: (marker: string) => `Source ${marker}`, sources: 'Sources', image: (alt: string) => (alt === '' ? '[image]' : `[image: ${alt}]`),
    stopped: 'Stopped.', stoppedFor: { asker: 'Stopped.', length: 'Stopped at the maximum length.', time: 'Stopped at the maximum time.', shutdown: 'The server was stopped in the middle of the answer.' } as Record<string, string>,
    failed: 'The answer failed.', unanswered: 'This question has no answer.', unsupported: 'The passage does not clearly support this sentence.', supported: 'Compared with the passage: it supports the sentence.',
    copy: 'Copy the answer', again: 'Ask again', lookInLab: 'See the nearest passages in the search lab',
    by: (name: string) => (name === 'extractive' ? 'Sentences from your documents' : `Written by ${name}`),
    searched: (text: string) => `Searched for “${text}”`,
  },
  conversation: {
    remove: (title: string) => `Delete “${title}”?`, removeText: 'The conversation and its answers are deleted. This cannot be undone.',
    removeLabel: (title: string) => `Delete the conversation ${title}`, missing: 'This conversation does not exist, or it is not yours.',
  },
  source: {
    title: 'Source', page: (n: number) => `Page ${formatNumber(n)}`, earlier: 'Show the text before', later: 'Show the text after', next: 'Next citation', previous: 'Previous citation',
    position: (at: number, all: number) => `${formatNumber(at)} of ${formatNumber(all)}`, notFound: 'The quote could not be found in the text, so nothing is marked.', text: 'Text of the document',
    whole: 'Open the document', deleted: 'This document does not exist any more, or you may not see it.',
  },
  documents: {
    title: 'Documents', collections: 'Collections', newCollection: 'New collection', name: 'Name', description: 'Description', describe: 'Optional. For people; it does not change the search.',
    first: 'My documents', drop: 'Drop files or folders here', or: 'or', choose: 'choose files', chooseFolder: 'choose a folder',
    formats: 'PDF with text, HTML, Markdown, plain text', empty: 'This collection is empty.', noCollections: 'Add your first files. They go into a collection called “My documents”.',
    document: 'Document', size: 'Size', pages: 'Pages', added: 'Added', passages: 'Passages', actions: 'Actions', notReady: 'being read',
    remove: (title: string) => `Delete “${title}”?`, removeText: 'The document, its passages and its original are deleted. Answers that cite it keep their quotes. This cannot be undone.', removeLabel: (title: string) => `Delete ${title}`,
    removeCollection: 'Delete the collection', removeCollectionTitle: (name: string) => `Delete the collection “${name}”?`,
    removeCollectionText: (n: number) => `The collection is deleted with ${count(n, 'document', 'documents')}. This cannot be undone.`,
    count: (n: number) => count(n, 'document', 'documents'), original: 'Download the original', pageCount: (n: number) => count(n, 'page', 'pages'), passageCount: (n: number) => count(n, 'passage', 'passages'), characters: (n: number) => count(n, 'character', 'characters'),
    text: 'Text', tokens: (n: number) => count(n, 'token', 'tokens'), ask: 'Ask this collection', share: 'Share',
  },
  upload: {
    title: 'Uploads', waiting: 'Waiting', sending: 'Sending', done: 'Ready', known: 'Was stored before', refused: 'Refused', dead: 'Given up', removed: 'Cannot be found any more',
    stages: { queued: 'Waiting to be read', reading: 'Reading', embedding: 'Indexing', publishing: 'Publishing', finished: 'Ready' } as Record<string, string>,
    progress: (name: string) => `Progress of ${name}`, left: (seconds: number) => (seconds < 60 ? `about ${count(Math.max(1, Math.round(seconds)), 'second', 'seconds')} left` : `about ${count(Math.round(seconds / 60), 'minute', 'minutes')} left`),
    summary: (done: number, all: number) => `${formatNumber(done)} of ${count(all, 'file', 'files')} ready`, cannotRead: 'This file cannot be read from your disk. It may have been moved or is a folder.',
    earlier: (n: number) => `Refused before (${formatNumber(n)})`,
  },
  share: {
    title: (name: string) => `Share “${name}”`, people: 'People', role: 'Role', roles: { owner: 'Owner', editor: 'May add documents', reader: 'May read and ask' } as Record<string, string>, add: 'Share', person: 'Person', remove: (name: string) => `Stop sharing with ${name}`,
    nobody: 'Only you can see this collection.', noPeople: 'There is nobody else in your organisation. An admin can invite people under Settings.',
  },
  lab: {
    title: 'Search lab', lead: 'One query, as the words see it, as the meaning sees it, and fused.', query: 'Query', run: 'Search', words: 'Words', wordsHint: 'BM25', meaning: 'Meaning', meaningHint: 'vectors', fused: 'Fused', fusedHint: 'both',
    options: 'Settings', limit: 'Results', weight: 'Weight of meaning', feedback: 'Feedback from the best passages', rerank: 'Rerank', diversity: 'Diversity', filter: 'Filter', filterHint: 'A JSON condition on metadata, such as {"document.language": "eng"}', badFilter: 'The filter is not JSON.',
    plain: 'Take quotes and minus signs literally', empty: 'No passage.', noGoodMatch: 'No passage is a good match.', rank: (n: number) => `rank ${formatNumber(n)}`, absent: 'not found', trace: 'Steps', plan: 'Plan of PostgreSQL', curl: 'Copy as curl', step: 'Step', duration: 'Duration', facts: 'Facts',
    exact: 'All vectors were compared.', approximate: 'Vectors were found by the index.', pruned: (words: string) => `Too common to search: ${words}`, took: (text: string) => `${text} in the server`,
    hint: 'Type a query to see which passages each part of the search finds, and why.', default: 'server’s setting', on: 'on', off: 'off',
  },
  signIn: {
    title: 'Sign in', email: 'E-mail address', password: 'Password', action: 'Sign in', withKey: 'Use a key instead', withPassword: 'Use a password instead', key: 'Key', keyHint: 'It is kept until you close this tab.',
    accept: 'Accept your invitation', displayName: 'Your name', newPassword: 'Choose a password', passwordHint: '12 characters or more.', join: 'Create the account', lead: 'This server answers people with an account.',
  },
  settings: {
    title: 'Settings', account: 'Account', keys: 'Keys', people: 'People', usage: 'Organisation', activity: 'Activity', signOut: 'Sign out', signOutKey: 'Forget the key',
    local: 'You use this server from its own machine, and nobody has an account yet. Invite yourself under People to require sign-in.',
    name: 'Name', email: 'E-mail address', role: 'Role', roles: { admin: 'Admin', member: 'Member' } as Record<string, string>, state: 'State', states: { active: 'Active', suspended: 'Suspended' } as Record<string, string>,
    saved: 'Saved.', currentPassword: 'Current password', newPassword: 'New password', changePassword: 'Change the password', passwordChanged: 'The password is changed. Your other sign-ins have ended.',
    logins: 'Where you are signed in', thisOne: 'this browser', until: (date: string) => `until ${date}`, end: 'End', endLogin: (device: string) => `End the sign-in of ${device}`, export: 'Download your data', exportHint: 'All that the server stores about you, one JSON object a line.',
    newKey: 'New key', keyName: 'What is it for?', scopes: 'It may', scopeNames: { read: 'search and read', ask: 'ask questions', write: 'add and delete documents', manage: 'manage collections, keys and people' } as Record<string, string>,
    days: 'Days until it ends', daysHint: 'Empty: it does not end.', keyOnce: 'Your new key.', keyOnceHint: 'Copy it now: it is not shown again.', noKeys: 'There are no keys. A key lets a program use the API.', lastUsed: (age: string) => `used ${age}`, neverUsed: 'never used', ends: (date: string) => `ends ${date}`, removeKey: (name: string) => `Delete the key “${name}”?`, removeKeyText: 'Programs that use it are refused at once.', deleteLabel: (name: string) => `Delete ${name}`,
    invite: 'Invite', invitations: 'Invitations', inviteOnce: 'The invitation’s link.', inviteOnceHint: 'Send it yourself: the server sends no mail, and does not show it again.', noInvitations: 'No invitation is open.',
    suspend: 'Suspend', activate: 'Activate', makeAdmin: 'Make admin', makeMember: 'Make member', erase: 'Erase', eraseTitle: (name: string) => `Erase ${name}?`, eraseText: 'The account is erased with all that it owns: collections, documents, conversations, keys. This cannot be undone.', you: 'you',
    limits: { documents: 'Documents', bytes: 'Storage', tokens_per_day: 'Tokens today' } as Record<string, string>, noLimit: 'no limit', of: (used: string, limit: string) => `${used} of ${limit}`,
    when: 'When', action: 'Action', object: 'Object', who: 'Account', details: 'Details', licences: 'Licences of the parts of this page', api: 'The HTTP API',
  },
} as const;

export const messages = english;
