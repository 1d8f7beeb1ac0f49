/** Pictures of the reader for people to look at: `npx tsx test/reader/preview.ts` writes artifacts/reader/*.png. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../host/browser';
import { artifactsFolder } from '../host/repository';
import { mailFrame, openPage, send, servePage, showBody } from './built-page';
import { newsletterHtml, patchBody, person, sampleMessage, simpleHtml, textBody } from './samples';
import { themes } from './themes';

const attachments = [
  {
    partId: '2',
    name: 'failing-runs.log',
    type: 'text/plain',
    size: 48_210,
    icon: 'file-code',
    canOpen: true,
    risky: false,
  },
  {
    partId: '3',
    name: 'profile.png',
    type: 'image/png',
    size: 231_004,
    icon: 'file-media',
    canOpen: true,
    risky: false,
  },
  {
    partId: '4',
    name: 'Rechnung 2024-03.pdf.exe',
    type: 'application/x-msdownload',
    size: 1_204_331,
    icon: 'file-binary',
    canOpen: false,
    risky: true,
  },
];

const scenes: Record<string, (page: Page) => Promise<unknown>> = {
  text: (page) => showBody(page, { text: textBody, attachments }, { thread: sampleMessage.thread }),
  patch: (page) =>
    showBody(
      page,
      { text: patchBody },
      { subject: '[PATCH v2] net: wait for the peer before backing off', labels: [] },
    ),
  simple: (page) =>
    showBody(
      page,
      { html: simpleHtml, text: 'x' },
      { subject: 'Spring meetup', unread: true, answered: false, labels: [] },
    ),
  newsletter: async (page) => {
    await showBody(
      page,
      { html: newsletterHtml, text: 'x' },
      { subject: 'Weekly Types #48: what is new in the compiler', labels: [] },
    );
    await mailFrame(page);
  },
  problem: (page) =>
    showBody(
      page,
      { text: 'Please pay at once.' },
      {
        subject: 'Your account',
        from: [
          {
            ...person('service@bank.example', 'x81@xn--mnchen-3ya.example.net'),
            misleading: true,
            unicodeDomain: 'münchen.example.net',
          },
        ],
        pending: 'failed',
        refused: [
          { changeId: 1, what: 'Archive', why: 'You may not move messages into “Archive”.' },
          { changeId: 2, what: 'Flag', why: 'The mailbox is full.' },
        ],
        to: Array.from({ length: 30 }, (_, at) => person(`Person ${at}`, `p${at}@example.org`)),
      },
    ),
  offline: async (page) => {
    const emailId = await showBody(page, { text: '' });
    await send(page, {
      type: 'body',
      emailId,
      body: { state: 'failed', offline: true, message: '', details: 'ECONNREFUSED' },
    });
  },
  gone: async (page) => {
    await showBody(page, { text: '' });
    await send(page, { type: 'gone' });
  },
};

async function main(): Promise<void> {
  const folder = path.join(artifactsFolder, 'reader');
  await mkdir(folder, { recursive: true });
  const server = await servePage();
  const browser = await launchBrowser();
  const only = process.argv.slice(2);
  for (const [name, theme] of Object.entries(themes)) {
    const context = await browser.newContext({ width: 900, height: 760 });
    const page = await context.newPage();
    await openPage(page, server.url, { theme });
    for (const [scene, show] of Object.entries(scenes)) {
      if (only.length > 0 && !only.includes(scene)) continue;
      await show(page);
      await page.waitForTimeout(300);
      await page.screenshot({ path: path.join(folder, `${scene}-${name}.png`) });
    }
    for (const error of context.pageErrors()) console.error(error);
    await context.close();
  }
  await browser.close();
  await server.close();
}

void main();
