// Takes the pictures of docs/ui: npm run screenshots.
import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

export default defineConfig({ ...tests, testDir: 'screenshots', workers: 1, timeout: 300_000 });
