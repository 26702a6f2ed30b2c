// A table of questions with how often each was asked and had no answer. A question opens the search lab.
import { useState } from 'preact/hooks';
import type { AskedQuestion } from '../api/types';
import { messages } from '../messages.activity';
import { formatAge, formatMoment, formatNumber } from '../ui/format';
import { MoreButton } from '../ui/parts';

/** Number of questions that are shown at first. */
const FIRST = 10;

export function QuestionTable({ questions, none }: { questions: readonly AskedQuestion[]; none: string }) {
  const [isWhole, setWhole] = useState(false);
  const texts = messages.activity;
  if (questions.length === 0) return <p class="muted">{none}</p>;
  return (
    <>
      <table class="list questions">
        <thead>
          <tr>
            <th scope="col">{texts.question}</th>
            <th scope="col" class="number-cell">
              {texts.asked}
            </th>
            <th scope="col" class="number-cell">
              {texts.times}
            </th>
            <th scope="col" class="number-cell wide-only">
              {texts.lastAsked}
            </th>
          </tr>
        </thead>
        <tbody>
          {questions.slice(0, isWhole ? undefined : FIRST).map(({ question, asked, unanswered, last_asked_at }) => (
            <tr key={question}>
              <td dir="auto">
                <a href={`#/lab?q=${encodeURIComponent(question)}`}>{question}</a>
              </td>
              <td class="number-cell">{formatNumber(asked)}</td>
              <td class="number-cell">{formatNumber(unanswered)}</td>
              <td class="number-cell wide-only" title={formatMoment(last_asked_at)}>
                {formatAge(last_asked_at)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton more={!isWhole && questions.length > FIRST ? () => setWhole(true) : undefined} />
    </>
  );
}
