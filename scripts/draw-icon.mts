// Draws media/icon.png, which the marketplace shows, from media/icon-marketplace.svg.
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const size = 256;
const svg = await readFile('media/icon-marketplace.svg', 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0;background:transparent}svg{display:block}</style>${svg}`);
  await writeFile('media/icon.png', await page.screenshot({ omitBackground: true }));
} finally {
  await browser.close();
}
