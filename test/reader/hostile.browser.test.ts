import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser, type TestContext } from '../host/browser';
import { mailFrame, openPage, posted, servePage, showBody, type PageServer } from './built-page';
import { hostileMails } from './hostile-mails';

let server: PageServer;
let browser: TestBrowser;
let context: TestContext;
let page: Page;
const dialogs: string[] = [];
const navigations: string[] = [];

beforeAll(async () => {
  server = await servePage();
  browser = await launchBrowser();
  context = await browser.newContext();
  page = await context.newPage();
  page.on('dialog', (dialog) => dialogs.push(dialog.message()));
  page.on('framenavigated', (frame) => navigations.push(frame.url()));
  await openPage(page, server.url);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await server.close();
});

beforeEach(() => {
  dialogs.length = 0;
  navigations.length = 0;
});

/** What got out since `before`: anything at all fails the test. */
async function escaped(before: number): Promise<unknown> {
  const requests = [...server.requests().slice(before), ...context.remoteRequests().map(({ url }) => url)];
  const pwned = await page.evaluate(
    () =>
      'pwned' in window ||
      [...document.querySelectorAll('iframe')].some(
        ({ contentWindow }) => contentWindow !== null && 'pwned' in contentWindow,
      ),
  );
  return {
    requests,
    dialogs,
    pwned,
    pages: context.pageErrors(),
    navigations: navigations.filter((url) => url !== 'about:srcdoc' && url !== 'about:blank'),
    url: page.url(),
  };
}

/** Runs in the frame: what should not be in its document even though the policy would hold it. */
function dangersIn(): string[] {
  const found: string[] = [];
  const forbidden =
    'script, iframe, frame, object, embed, applet, form, input, button, select, textarea, base, meta:not([charset], [name=referrer], [http-equiv]), ' +
    'body meta, body style, body title, link, svg, math, template, video, audio, source, track, area, map, portal, noscript';
  for (const element of document.querySelectorAll(forbidden)) found.push(element.outerHTML.slice(0, 200));
  for (const element of document.querySelectorAll('*')) {
    if (element.tagName.includes('-')) found.push(element.tagName);
    for (const { name, value } of element.attributes) {
      const isText = ['title', 'alt', 'aria-label', 'content', 'class'].includes(name);
      if (name.startsWith('on') || ['srcset', 'ping', 'target', 'background', 'action', 'is'].includes(name))
        found.push(name);
      else if (!isText && /evil|script:|url\((?!"data:image\/)/i.test(value))
        found.push(`${name}=${value.slice(0, 100)}`);
    }
  }
  for (const { textContent } of document.querySelectorAll('style')) {
    if (/evil|@import|@font-face|url\((?!"data:image\/)|image-set|expression|behavior/i.test(textContent))
      found.push(textContent);
  }
  return found;
}

const nothing = () => ({
  requests: [],
  dialogs: [],
  pwned: false,
  pages: [],
  navigations: [],
  url: server.url,
});

describe('a hostile mail runs nothing, asks nobody and goes nowhere', () => {
  it.each(Object.entries(hostileMails))('%s', async (_name, html) => {
    const before = server.requests().length;
    await showBody(page, { html: `<p>start</p>${html}`, text: 'text' });
    const frame = await mailFrame(page);
    // Clicked by an event of the page's own making too: what a pointer cannot reach, a key may.
    await frame.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>('a, button, .click, summary')) {
        for (const button of [0, 1]) {
          element.dispatchEvent(
            new MouseEvent(button === 0 ? 'click' : 'auxclick', { button, bubbles: true, cancelable: true }),
          );
        }
      }
      document.querySelector<HTMLElement>('a')?.focus();
    });
    await page.waitForTimeout(40);

    expect(await escaped(before)).toEqual(nothing());
    expect(await frame.evaluate(dangersIn)).toEqual([]);
    expect(await page.locator('iframe').count()).toBe(1);
    // A click goes to the host as a web or mail address, or nowhere.
    const opened = (await posted(page)).flatMap((message) => (message.type === 'openLink' ? [message.href] : []));
    expect(opened.filter((href) => !/^(?:https?:|mailto:|\/\/)/i.test(href))).toEqual([]);
  });

  it('even when its images were loaded: nothing but data: is in the page', async () => {
    const before = server.requests().length;
    await showBody(page, { html: hostileMails['srcset and picture'] ?? '', imagesAllowed: true });
    const frame = await mailFrame(page);
    await page.waitForFunction(() => window.posted.some(({ type }) => type === 'loadImages'));
    expect(await frame.locator('[srcset], source').count()).toBe(0);
    expect(await escaped(before)).toEqual(nothing());
  });

  it('the frame may not run scripts, and is of the page’s origin so that its links and keys can be heard', async () => {
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-same-origin');
  });

  it('behind all of this stands a policy: a remote image forced into the frame is refused', async () => {
    await showBody(page, { html: '<p>x</p>' });
    await mailFrame(page);
    // From the page: in the frame itself no listener would ever be called.
    const outcome = await page.evaluate(
      () =>
        new Promise<string>((done) => {
          const mail = document.querySelector('iframe')?.contentDocument;
          if (mail === null || mail === undefined) throw new Error('no frame');
          mail.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
          const image = mail.createElement('img');
          image.src = 'https://evil.example.net/forced.png';
          mail.body.append(image);
          setTimeout(() => done('no violation'), 2000);
        }),
    );
    expect(outcome).toBe('img-src');
  });

  it('and this test would see it: shown as they are, most of the same mails do something', async () => {
    const bare = await browser.newContext();
    let acted = 0;
    for (const html of Object.values(hostileMails)) {
      const naked = await bare.newPage();
      const ran: string[] = [];
      naked.on('dialog', (dialog) => ran.push(dialog.message()));
      const asked = bare.remoteRequests().length;
      await naked.setContent(html, { waitUntil: 'commit' });
      await naked.waitForTimeout(60);
      if (ran.length > 0 || bare.remoteRequests().length > asked) acted++;
      await naked.close();
    }
    await bare.close();
    expect(acted).toBeGreaterThan(Object.keys(hostileMails).length / 2);
  });
});
