// Starts the page.
import { render } from 'preact';
import { App } from './app';
import { messages } from './messages';
import './ui/theme';
import './style/fonts.css';
import './style/base.css';
import './style/frame.css';
import './style/chat.css';
import './style/screens.css';
import './style/collections.css';
import './style/activity.css';

document.documentElement.lang = messages.language;
document.documentElement.dir = messages.direction;
document.title = messages.name;
const root = document.getElementById('app');
if (root) render(<App />, root);
