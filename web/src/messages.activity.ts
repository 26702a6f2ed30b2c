// Every text about the activity of an organisation, beside those of messages.screens.ts. A translation is another object of the same shape.
import { count, messages as first } from './messages';
import { formatNumber } from './ui/format';

const english = {
  ...first,
  activity: {
    lead: 'Searches, answers and documents of all people of your organisation. Days begin at midnight UTC.',
    leadKey:
      'Searches, answers and documents of all people of your organisation if your key may manage it, else your own. Days begin at midnight UTC.',
    leadOwn: 'Your own searches, answers and documents. Days begin at midnight UTC.',
    period: 'Period',
    days: (n: number) => count(n, 'day', 'days'),
    nothing: (from: string, to: string) => `Nothing was searched, asked or added from ${from} to ${to}.`,
    searches: 'Searches',
    searchesHint: 'Those for an answer are not counted here.',
    answers: 'Answers',
    people: 'People',
    peopleHint: 'They searched or asked.',
    searchTime: 'Duration of a search',
    answerTime: 'Duration of an answer',
    median: 'median',
    p95: (duration: string) => `95% end within ${duration}`,
    documents: 'Documents published',
    documentsHint: 'New versions are counted, too.',
    found: 'With a result',
    empty: 'Without a result',
    answered: 'Supported',
    notFound: 'Nothing found',
    unsupported: 'Not supported',
    brokenOff: 'Broken off',
    published: 'Published',
    refused: 'Refused',
    deleted: 'Deleted',
    byDay: 'By day',
    searchesByDay: 'Searches by day',
    answersByDay: 'Answers by day',
    chart: (title: string, from: string, to: string, most: number, day: string) =>
      `${title}, ${from} to ${to}. The most are ${formatNumber(most)}, on ${day}. The table below has all numbers.`,
    noneInChart: (title: string, from: string, to: string) => `${title}, ${from} to ${to}: none.`,
    table: 'All numbers as a table',
    day: 'Day',
    questions: 'Asked most often',
    unanswered: 'Without an answer',
    unansweredHint: 'Nothing was found, or no passage supported the answer: your documents may lack this.',
    question: 'Question',
    asked: 'Asked',
    times: 'Unanswered',
    lastAsked: 'Last asked',
    inLab: 'A question opens the search lab, which shows the passages that come nearest.',
    noQuestions: 'No question was stored in these days.',
    noUnanswered: 'Every stored question of these days has an answer.',
    notStored: 'This server does not store the text of questions, so it cannot list those that are asked most often.',
    storedBefore: 'This server no longer stores the text of questions. These were stored earlier.',
    turnOn:
      'To list them, the operator of the server sets store_queries = true in the section [analytics] of its configuration and restarts it. Admins can then read the questions of their organisation.',
  },
} as const;

export const messages = english;
