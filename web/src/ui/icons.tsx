// The icons, drawn as strokes on a grid of 24.

const PATHS = {
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  menu: 'M4 7h16M4 12h16M4 17h10',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  pause: 'M9 6v12M15 6v12',
  play: 'M8.5 5.5l10 6.5-10 6.5z',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10.5 11v5M13.5 11v5',
  upload: 'M12 15V4M7.5 8.5L12 4l4.5 4.5M5 15v4h14v-4',
  download: 'M12 4v11M7.5 10.5L12 15l4.5-4.5M5 15v4h14v-4',
  file: 'M7 4h7l4 4v12H7zM14 4v4h4',
  web: 'M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM3.5 12h17M12 3.5c5 5.5 5 11.5 0 17M12 3.5c-5 5.5-5 11.5 0 17',
  folder: 'M4 7h6l2 2h8v9H4z',
  chat: 'M5 6h14v10h-8l-4 3v-3H5z',
  lab: 'M10 4h4M11 4v6l-5 9h12l-5-9V4M8.5 15h7',
  tool: 'M19.6 7.3l-3 3-2.9-2.9 3-3a5 5 0 00-6.4 6.4L4 17.1V20h2.9l6.3-6.3a5 5 0 006.4-6.4z',
  settings: 'M4 8h9M17 8h3M4 16h3M11 16h9M15 6v4M9 14v4',
  person: 'M12 12a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5',
  left: 'M14.5 6L8.5 12l6 6',
  right: 'M9.5 6l6 6-6 6',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4',
  moon: 'M19 14.5A7.5 7.5 0 019.5 5a7.5 7.5 0 109.5 9.5z',
  more: 'M5 12a.9.9 0 101.8 0 .9.9 0 00-1.8 0M11.1 12a.9.9 0 101.8 0 .9.9 0 00-1.8 0M17.2 12a.9.9 0 101.8 0 .9.9 0 00-1.8 0',
  edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  minus: 'M5 12h14',
  archive: 'M4 5h16v4H4zM6 9v10h12V9M10 13h4',
  memory: 'M12 4a5 5 0 013 9v3H9v-3a5 5 0 013-9zM9.5 19h5M10.5 21.5h3',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  history: 'M5 12a7 7 0 107-7 7.5 7.5 0 00-6 3.2M5 4.5v4h4M12 8.5V12l2.5 2',
  undo: 'M9 14L4.5 9.5 9 5M5 9.5h8.5a5 5 0 010 10H9',
  up: 'M8 11v8H5v-8zM8 12l4-7.5c1.6.2 2.2 1.3 1.9 2.9L13.4 10H18c1.2 0 1.7.9 1.5 2l-1.2 5.5c-.2.9-.8 1.5-1.7 1.5H8',
  down: 'M16 13V5h3v8zM16 12l-4 7.5c-1.6-.2-2.2-1.3-1.9-2.9l.5-2.6H6c-1.2 0-1.7-.9-1.5-2l1.2-5.5c.2-.9.8-1.5 1.7-1.5H16',
  retry: 'M19 12a7 7 0 11-2.2-5.1M19 4v4h-4',
  share:
    'M8 12a2.5 2.5 0 11-5 0 2.5 2.5 0 015 0zM21 6a2.5 2.5 0 11-5 0 2.5 2.5 0 015 0zM21 18a2.5 2.5 0 11-5 0 2.5 2.5 0 015 0zM7.8 10.9l8.5-3.8M7.8 13.1l8.5 3.8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class={name === 'left' || name === 'right' ? 'icon directional' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
