// Documents from addresses: one page, the pages of a site, and refusals in words.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import type { Site } from './server';

const html = (title: string, body: string) =>
  `<html><head><title>${title}</title></head><body><h1>${title}</h1>${body}</body></html>`;

/** Opens a collection of its own. */
async function openCollection(page: Page, id: string): Promise<void> {
  await page.goto(`${page.url().replace(/#.*/, '')}#/documents/in/${id}`);
  await page.reload();
  await expect(page.getByText('This collection is empty.')).toBeVisible();
}

function setPages(site: Site, pages: Record<string, string>): void {
  site.pages.clear();
  for (const [path, body] of Object.entries(pages)) site.pages.set(path, body);
}

test('a page is added by its address with the keyboard alone, and again as a new version', async ({
  signedIn: page,
  api,
  site,
}) => {
  setPages(site, { '/visits': html('Visits', '<p>The dome is open on Saturdays.</p>') });
  await openCollection(page, await api.collection('web'));
  const address = page.getByLabel('Or a page of the web, by its address');
  await page.getByRole('button', { name: 'choose a folder' }).focus();
  await page.keyboard.press('Tab');
  await expect(address).toBeFocused();
  await page.keyboard.type(`${site.url}/visits`);
  await page.keyboard.press('Enter');
  await expect(address).toHaveValue('');
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await expect(uploads.getByText(`${site.url}/visits`).first()).toBeVisible();
  await expect(uploads.getByText('Fetched 1 page')).toBeVisible();
  await expect(uploads.getByText('1 of 1 file ready')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Visits', exact: true })).toBeVisible();

  setPages(site, { '/visits': html('Visits', '<p>The dome is open on Sundays.</p>') });
  await address.fill(`${site.url}/visits`);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Version 2' })).toBeVisible();
});

test('links are followed as far as asked, and a page that is not stored is named', async ({ signedIn: page, api, site }) => {
  setPages(site, {
    '/': html('Start', '<p>Welcome.</p><a href="/first">first</a> <a href="/gone">gone</a>'),
    '/first': html('First', '<p>One link away.</p><a href="/second">second</a>'),
    '/second': html('Second', '<p>Two links away.</p>'),
  });
  await openCollection(page, await api.collection('site'));
  await page.getByLabel('Or a page of the web, by its address').fill(`${site.url}/`);
  await page.getByLabel('Which pages').selectOption('and those it links to');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await expect(uploads.getByText('Fetched 2 pages')).toBeVisible();
  await expect(
    uploads.getByText(`1 of 3 pages were not stored, such as ${site.url}/gone: the server answered 404.`),
  ).toBeVisible();
  await expect(uploads.getByText('2 of 2 files ready')).toBeVisible();
  await expect(page.getByRole('row', { name: /Start|First/ })).toHaveCount(2);
  await expect(page.getByRole('row', { name: /Second/ })).toHaveCount(0);
});

test('an address that is not fetched says why', async ({ signedIn: page, api, site }) => {
  setPages(site, { '/private': html('Private', '<p>Not for programs.</p>') });
  await openCollection(page, await api.collection('refusals'));
  const address = page.getByLabel('Or a page of the web, by its address');
  const add = async (url: string) => {
    await address.fill(url);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
  };
  await add('ftp://example.org/file');
  await expect(page.getByRole('alert')).toContainText('must begin with http:// or https://');
  await expect(address).toHaveValue('ftp://example.org/file');
  const uploads = page.getByRole('region', { name: 'Uploads' });
  // Without its beginning it is an address of https, on a port from which this server does not fetch.
  await add('127.0.0.1/private');
  await expect(page.getByRole('alert')).toContainText('port 443');
  await add('http://192.168.7.9/');
  await expect(page.getByRole('alert')).toContainText('has no public address');
  await add('http://nobody.invalid/');
  await expect(uploads.getByText('has no public address')).toBeVisible();
  await add(`${site.url}/private`);
  await expect(uploads.getByText('robots.txt forbids it')).toBeVisible();
  await add(`${site.url}/nowhere`);
  await expect(uploads.getByText('the server answered 404')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.reload();
  await expect(page.getByText('Refused before (3)')).toBeVisible();
});
