// Numbers and times in the browser's language.

const language = navigator.language;
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const integer = new Intl.NumberFormat(language);

export function formatNumber(value: number): string {
  return integer.format(value);
}

/** A score with its sign and two digits, such as "+0.10". */
export function formatSigned(value: number): string {
  return value.toLocaleString(language, { signDisplay: 'always', minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** A share from 0 to 1, with one more digit below a tenth. */
export function formatPercent(share: number): string {
  return share.toLocaleString(language, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 });
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toLocaleString(language, { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 })} ${units[unit]}`;
}

export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} s`;
  return `${ms.toLocaleString(language, { maximumFractionDigits: ms < 10 ? 1 : 0 })} ms`;
}

export function formatDate(iso: string): string {
  return date.format(new Date(iso));
}

export function formatMoment(iso: string): string {
  return moment.format(new Date(iso));
}

/** A name of a file without control characters, and without marks that show its parts in another order. */
export function plainName(name: string): string {
  return name.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '');
}

/** The time of day of a time in seconds since 1970. */
export function formatClock(seconds: number): string {
  return clock.format(seconds * 1000);
}

/** The day (UTC) of a time in seconds since 1970, without the year. */
export function formatDay(seconds: number): string {
  return day.format(seconds * 1000);
}

/** Such as "3 minutes ago". */
export function formatAge(iso: string): string {
  const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(0, 'minute');
}
