// Light or dark: as the system has it, until the user chooses.
import { createStore } from './store';

export type Theme = 'light' | 'dark';
const NAME = 'rag.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function current(): Theme {
  const chosen = localStorage.getItem(NAME);
  return chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
}

export const theme = createStore<Theme>(current());

function apply(): void {
  theme.set(current());
  document.documentElement.dataset.theme = theme.get();
}

export function toggleTheme(): void {
  localStorage.setItem(NAME, theme.get() === 'dark' ? 'light' : 'dark');
  apply();
}

system.addEventListener('change', apply);
apply();
