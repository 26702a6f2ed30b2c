// The defaults of questions as texts of a form, and back.
import { refuseField } from '../api/client';
import type { QuestionDefaults } from '../api/types';
import { messages } from '../messages.screens';

/** Steps of understanding a question that are on or off, with the setting of a server whose operator changed nothing. */
export const STEPS = { context: true, rewrite: true, synonyms: true, hyde: false } as const;
export type Step = keyof typeof STEPS;
export const STEP_NAMES = Object.keys(STEPS) as Step[];

/** Names of the fields in a request. */
export const FIELDS = ['defaults.instructions', 'defaults.filter', 'defaults.understanding', 'defaults.collection_ids'] as const;

export interface Draft {
  instructions: string;
  filter: string;
  /** Empty if the step is not set. */
  steps: Record<Step, '' | 'on' | 'off'>;
  multiQuery: string;
}

export const NO_DEFAULTS: Draft = {
  instructions: '',
  filter: '',
  steps: { context: '', rewrite: '', synonyms: '', hyde: '' },
  multiQuery: '',
};

export function toDraft({ instructions, filter, understanding }: QuestionDefaults): Draft {
  const step = (name: Step) => {
    const value = understanding?.[name] ?? undefined;
    return value === undefined ? '' : value ? 'on' : 'off';
  };
  return {
    instructions: instructions ?? '',
    filter: filter ? JSON.stringify(filter, null, 2) : '',
    steps: { context: step('context'), rewrite: step('rewrite'), synonyms: step('synonyms'), hyde: step('hyde') },
    multiQuery: String(understanding?.multi_query ?? ''),
  };
}

/** The change of the defaults that stores a draft; throws a refusal of the filter if it is no JSON object. */
export function toChange({ instructions, filter, steps, multiQuery }: Draft) {
  const set = STEP_NAMES.filter((name) => steps[name] !== '').map((name) => [name, steps[name] === 'on'] as const);
  const understanding = {
    ...(Object.fromEntries(set) as Partial<Record<Step, boolean>>),
    ...(multiQuery === '' ? {} : { multi_query: Number(multiQuery) }),
  };
  return {
    instructions: instructions.trim() === '' ? null : instructions.trim(),
    filter: filter.trim() === '' ? null : readFilter(filter),
    understanding: Object.keys(understanding).length === 0 ? null : understanding,
  };
}

function readFilter(text: string): Record<string, never> {
  const { badFilter, notAnObject } = messages.defaults;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuseField('defaults.filter', badFilter(error instanceof Error ? error.message : ''));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuseField('defaults.filter', notAnObject);
  return value as Record<string, never>;
}
