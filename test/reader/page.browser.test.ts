import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser, type TestContext } from '../host/browser';
import { mailFrame, openPage, posted, send, servePage, setTheme, showBody, type PageServer } from './built-page';
import { newsletterHtml, patchBody, sampleMessage, simpleHtml, textBody } from './samples';
import { themes } from './themes';

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let server: PageServer;
let browser: TestBrowser;
let context: TestContext;
let page: Page;

beforeAll(async () => {
  server = await servePage();
  browser = await launchBrowser();
  context = await browser.newContext();
}, 60_000);

afterAll(async () => {
  expect(context.pageErrors()).toEqual([]);
  expect(context.remoteRequests()).toEqual([]);
  await browser.close();
  await server.close();
});

beforeEach(async () => {
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await openPage(page, server.url, { theme: themes.dark });
});

const ofType = async (type: string) => (await posted(page)).filter((message) => message.type === type);

describe('links', () => {
  it('of HTML and of text go to the host with what they read like, and nowhere else', async () => {
    await showBody(page, { html: simpleHtml });
    const frame = await mailFrame(page);
    await frame.getByText('example.org/meetup').click();
    await showBody(page, { text: textBody });
    await page.getByText('www.example.org/guide').click();
    expect(await ofType('openLink')).toEqual([
      { type: 'openLink', href: 'https://example.org/meetup', text: 'example.org/meetup' },
      { type: 'openLink', href: 'https://www.example.org/guide', text: 'www.example.org/guide' },
    ]);
  });

  it('show their real target under the pointer; one that names another host is marked', async () => {
    await showBody(page, { html: simpleHtml });
    const frame = await mailFrame(page);
    const link = frame.getByText('https://example.org/account');
    await link.hover();
    const target = page.locator('.link-target');
    expect(await target.innerText()).toContain('https://evil.example.net/login');
    expect(await target.innerText()).toContain('The text says example.org, but the link leads to evil.example.net');
    expect(await link.getAttribute('class')).toContain('mailpane-suspicious');
    expect(await frame.getByText('example.org/meetup').getAttribute('class')).toBeNull();
  });

  it('can be reached by Tab and followed by Enter', async () => {
    await showBody(page, { html: '<p><a href="https://example.org/1">one</a></p>' });
    const frame = await mailFrame(page);
    await page.locator('.body-options button').last().focus();
    await page.keyboard.press('Tab');
    expect(await frame.evaluate(() => document.activeElement?.textContent)).toBe('one');
    await page.keyboard.press('Enter');
    expect(await ofType('openLink')).toHaveLength(1);
  });

  it('to a place in the mail scroll there', async () => {
    await showBody(page, { html: `<a href="#end">down</a><div style="height:5000px"></div><h2 id="end">End</h2>` });
    const frame = await mailFrame(page);
    await frame.getByText('down').click();
    await page.waitForFunction(() => window.scrollY > 1000);
    expect(await ofType('openLink')).toEqual([]);
  });
});

describe('keys', () => {
  it('pressed inside the mail reach the page, where VS Code listens, with their key codes', async () => {
    await page.evaluate(() => {
      Object.assign(window, { keys: [] });
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is what VS Code reads
      window.addEventListener('keydown', ({ key, keyCode, ctrlKey }) => {
        (window as unknown as { keys: unknown[] }).keys.push([key, keyCode, ctrlKey]);
      });
    });
    await showBody(page, { html: '<p>some text</p>' });
    const frame = await mailFrame(page);
    await frame.getByText('some text').click();
    await page.keyboard.press('e');
    await page.keyboard.press('Control+p');
    expect(await page.evaluate(() => (window as unknown as { keys: unknown[] }).keys)).toEqual([
      ['e', 69, false],
      ['Control', 17, true],
      ['p', 80, true],
    ]);
  });

  it('stay with the page when the mail that had the focus gives way to the next one', async () => {
    await showBody(page, { html: '<p>first</p>' });
    await (await mailFrame(page)).getByText('first').click();
    await showBody(page, { html: '<p>second</p>' });
    await (await mailFrame(page)).getByText('second').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  });

  it('what is selected inside the mail is what the page copies', async () => {
    await showBody(page, { html: '<p>copy me</p>' });
    await (await mailFrame(page)).getByText('copy me').selectText();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is how VS Code copies from a webview
    await page.evaluate(() => document.execCommand('copy'));
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('copy me');
  });
});

describe('toolbar', () => {
  it('runs the commands that the keys run; every button has a name and tells its key', async () => {
    await showBody(page, { text: 'x' }, { unread: true, flagged: false });
    const buttons = page.getByRole('toolbar').getByRole('button');
    for (const button of await buttons.all()) await button.click();
    expect((await ofType('command')).map((message) => 'command' in message && message.command)).toEqual([
      'archive',
      'delete',
      'junk',
      'moveTo',
      'toggleRead',
      'toggleFlag',
      'previous',
      'next',
    ]);
    expect(await page.getByRole('button', { name: 'Archive' }).getAttribute('title')).toBe('Archive (E)');
    expect(await page.getByRole('button', { name: 'Mark as Read' }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Flag', exact: true }).count()).toBe(1);
  });
});

describe('headers', () => {
  it('never let the name hide the address, and say when the name reads like another one', async () => {
    const from = { name: 'billing@bank.example', address: 'x@evil.example.net', misleading: true, unicodeDomain: null };
    await showBody(page, { text: 'x' }, { from: [from] });
    expect(await page.locator('.from').innerText()).toMatch(/billing@bank\.example\s+<x@evil\.example\.net>/);
    expect(await page.locator('.from').innerText()).toContain('reads like another address');
  });

  it('fold a long list of recipients', async () => {
    const to = Array.from({ length: 40 }, (_, at) => ({
      name: null,
      address: `p${at}@example.org`,
      misleading: false,
      unicodeDomain: null,
    }));
    await showBody(page, { text: 'x' }, { to });
    expect(await page.getByText('p39@example.org').count()).toBe(0);
    await page.getByRole('button', { name: '36 more' }).click();
    expect(await page.getByText('p39@example.org').count()).toBe(1);
  });

  it('S30: name each refused change with the server’s words, Retry and Discard', async () => {
    const refused = [
      { changeId: 3, what: 'Archive', why: 'You may not do that.' },
      { changeId: 5, what: 'Move to $& <b>', why: 'Full: $1 {0}' },
    ];
    const emailId = await showBody(page, { text: 'x' }, { pending: 'failed', refused });
    const bars = page.getByRole('alert');
    expect(await bars.locator('.bar-text').allInnerTexts()).toEqual([
      'Archive failed: You may not do that.',
      'Move to $& <b> failed: Full: $1 {0}',
    ]);
    await bars.first().getByRole('button', { name: 'Retry' }).click();
    await bars.last().getByRole('button', { name: 'Discard' }).click();
    expect([...(await ofType('retryChange')), ...(await ofType('discardChange'))]).toEqual([
      { type: 'retryChange', emailId, changeId: 3 },
      { type: 'discardChange', emailId, changeId: 5 },
    ]);
  });

  it('survive dates from year 0 and 9999 and no date at all', async () => {
    for (const sentAt of [-62_167_219_200_000, 253_402_300_799_000, Number.NaN, null]) {
      await showBody(page, { text: 'x' }, { sentAt, receivedAt: 9e15 });
      expect(await page.locator('.date').innerText()).not.toBe('');
    }
  });
});

describe('thread', () => {
  it('lists the other messages and asks for the one that is chosen', async () => {
    await showBody(page, { text: 'x' }, { thread: sampleMessage.thread });
    expect(await page.locator('.entry').count()).toBe(3);
    expect(await page.locator('[aria-current=true]').innerText()).toContain('Ana Müller');
    await page.getByRole('button', { name: /Jonas Weber/ }).click();
    expect(await ofType('jump')).toEqual([{ type: 'jump', emailId: 2 }]);
  });
});

describe('images', () => {
  it('remote ones are counted and blocked, and loaded only when the person says so', async () => {
    const emailId = await showBody(page, { html: newsletterHtml });
    const frame = await mailFrame(page);
    expect(await page.locator('.bar.images').innerText()).toContain('3 remote images are not loaded');
    expect(await ofType('loadImages')).toEqual([]);
    expect(await frame.getByRole('img', { name: 'Weekly Types' }).evaluate((box) => box.clientWidth)).toBeGreaterThan(
      100,
    );

    await page.getByRole('button', { name: 'Load Images' }).click();
    const urls = [
      'https://cdn.example.com/logo.png',
      'https://cdn.example.com/chart.png',
      'https://track.example.com/open.gif?id=1',
    ];
    expect(await ofType('loadImages')).toEqual([{ type: 'loadImages', emailId, urls }]);
    await send(page, {
      type: 'images',
      emailId,
      images: [
        { url: urls[0] ?? '', data: pixel },
        { url: urls[1] ?? '', data: null },
        { url: urls[2] ?? '', data: 'data:image/svg+xml,<svg/>' },
      ],
    });
    await frame.locator('img[alt="Weekly Types"]').waitFor();
    expect(await frame.locator('img[alt="Weekly Types"]').getAttribute('src')).toBe(pixel);
    expect(await frame.locator('img[src*="svg"]').count()).toBe(0);
    expect(await page.locator('.bar').innerText()).toContain('1 images could not be loaded');
  });

  it('of a trusted sender are asked for at once; "Always" says so to the host', async () => {
    const first = await showBody(page, { html: newsletterHtml });
    await page.getByRole('button', { name: 'Always for ana@example.org' }).click();
    const second = await showBody(page, { html: newsletterHtml, imagesAllowed: true });
    await page.waitForFunction((id) => window.posted.some((m) => m.type === 'loadImages' && m.emailId === id), second);
    expect(await ofType('trustSender')).toEqual([{ type: 'trustSender', emailId: first }]);
    expect(await ofType('loadImages')).toHaveLength(2);
  });

  it('in backgrounds, of attributes and of CSS, are counted and loaded too', async () => {
    const html = `<style>.hero{background:#123 url(https://a.example.net/1.png) no-repeat}</style>
      <div class="hero">x</div><table background="https://a.example.net/2.png"><tr><td style="background-image:url('https://a.example.net/3.png')">x</td></tr></table>`;
    const emailId = await showBody(page, { html, imagesAllowed: true });
    await page.waitForFunction(() => window.posted.some(({ type }) => type === 'loadImages'));
    const urls = [1, 2, 3].map((at) => `https://a.example.net/${at}.png`);
    await send(page, { type: 'images', emailId, images: urls.map((url) => ({ url, data: pixel })) });
    const frame = await mailFrame(page);
    await frame.waitForFunction(() => document.querySelector('table')?.getAttribute('style') !== null);
    for (const selector of ['.hero', 'table', 'td']) {
      const image = await frame.locator(selector).evaluate((element) => getComputedStyle(element).backgroundImage);
      expect(image).toContain('data:image/png');
    }
  });

  it('cid: ones show in their place', async () => {
    const emailId = await showBody(page, { html: '<img src="cid:logo%40x" alt="Logo">', hasInline: true });
    await send(page, { type: 'inline', emailId, images: { 'logo@x': pixel } });
    const frame = await mailFrame(page);
    await frame.locator('img').waitFor();
    expect(await frame.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
  });
});

describe('colours', () => {
  const background = async () =>
    (await mailFrame(page)).evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  it('a designed mail lies on light paper, a plain one takes the theme’s; a toggle changes that', async () => {
    await showBody(page, { html: newsletterHtml });
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.getByRole('button', { name: 'Theme Colors' }).click();
    expect(await background()).toBe('rgb(31, 31, 31)');
    const heading = await (await mailFrame(page)).locator('h1').evaluate((h1) => getComputedStyle(h1).color);
    expect(heading).toBe('rgb(204, 204, 204)');

    await showBody(page, { html: '<div style="color:#222;background:white">Hello</div>' });
    expect(await background()).toBe('rgb(31, 31, 31)');
  });

  it('follow the theme when it changes under an open mail', async () => {
    await showBody(page, { html: simpleHtml });
    expect(await background()).toBe('rgb(31, 31, 31)');
    await setTheme(page, themes.light);
    await expect.poll(background).toBe('rgb(255, 255, 255)');
  });
});

describe('text', () => {
  it('shows quotes by level, folds the history at its end, and dims the signature', async () => {
    await showBody(page, { text: textBody });
    expect(await page.locator('.quote.level-2').innerText()).toBe('It fails about once in thirty runs.');
    expect(await page.locator('.signature').innerText()).toContain('Release manager');
    expect(await page.locator('details.quotes').getAttribute('open')).toBeNull();
    await page.locator('details.quotes summary').click();
    expect(await page.getByText('output of the profiler').isVisible()).toBe(true);
  });

  it('colours a patch by its lines, in the editor’s font', async () => {
    await showBody(page, { text: patchBody });
    expect(await page.locator('.patch-line.removed').innerText()).toContain('close(c->fd);');
    expect(await page.locator('.patch-line.added').innerText()).toContain('wait_closed');
    const font = await page.locator('.text-body').evaluate((body) => getComputedStyle(body).fontFamily);
    expect(font).toContain('monospace');
  });

  it('is never taken for HTML', async () => {
    await showBody(page, { text: '<img src=x onerror=alert(1)><b>bold</b>' });
    expect(await page.locator('.text-body img, .text-body b').count()).toBe(0);
  });
});

describe('size', () => {
  const bombs: Record<string, { html: string; asText: boolean }> = {
    '10 MB of text in one element': { html: `<p>${'lorem ipsum '.repeat(900_000)}</p>`, asText: true },
    '100,000 nested divs': { html: `${'<div>'.repeat(100_000)}deep`, asText: true },
    '30,000 nested divs': { html: `${'<div>'.repeat(30_000)}deep`, asText: false },
    '500,000 empty elements': { html: '<i></i>'.repeat(500_000), asText: true },
    '600 tables in each other': { html: `${'<table width=100%><tr><td>'.repeat(600)}deep`, asText: false },
    'a table of 65,000 columns': {
      html: `<table>${'<tr><td colspan=1000 rowspan=65534>x'.repeat(400)}</table>`,
      asText: false,
    },
    '10,000 CSS rules for 5,000 elements': {
      html: `<style>${Array.from({ length: 10_000 }, (_, at) => `div > div p:nth-child(${at}n) ~ *:not(.a${at}) {color:red}`).join('')}</style>${'<p>x</p>'.repeat(5000)}`,
      asText: false,
    },
    'pixels without end': {
      html: `<div style="height:99999999px;width:99999999px;font-size:99999px">x</div>`,
      asText: false,
    },
    'deep CSS functions': {
      html: `<p style="width:${'calc(1px + '.repeat(1500)}1px${')'.repeat(1500)}">x</p>`,
      asText: false,
    },
    'an attribute of 2 MB': { html: `<p title="${'x'.repeat(2_000_000)}">x</p>`, asText: false },
  };

  it.each(Object.entries(bombs))('%s: the page stays at hand', async (_name, { html, asText }) => {
    await showBody(page, { html, text: 'the plain text' });
    if (asText) {
      await page.getByText('the plain text').waitFor();
      expect(await page.locator('iframe').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Show Anyway' }).count()).toBe(1);
    } else {
      await mailFrame(page);
    }
    // Still answers: goes on to another message at once.
    await showBody(page, { text: 'next message' });
    await page.getByText('next message').waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(500);
  });

  it('"Show Anyway" asks the host for what it held back, and shows a large mail', async () => {
    const html = `<p>beginning</p>${'<i>x</i>'.repeat(45_000)}`;
    await showBody(page, { html });
    await page.getByRole('button', { name: 'Show Anyway' }).click();
    await (await mailFrame(page)).getByText('beginning').waitFor();

    const emailId = await showBody(page, { html: '<p>start of the rest</p>', htmlCut: true });
    await page.getByText('start of the rest').waitFor();
    await page.getByRole('button', { name: 'Show Anyway' }).click();
    expect(await ofType('showFullHtml')).toContainEqual({ type: 'showFullHtml', emailId });
  });

  it('10 MB of plain text comes in steps', async () => {
    await showBody(page, { text: '> a\nb\n'.repeat(1_700_000) });
    const nodes = () => page.locator('.text-body > *').count();
    const before = await nodes();
    expect(before).toBeLessThan(3100);
    await page.getByRole('button', { name: /Show More/ }).click();
    await expect.poll(nodes).toBeGreaterThan(before);
  });

  it('a mail wider than the panel is made to fit; one that is absurdly wide scrolls', async () => {
    await page.setViewportSize({ width: 600, height: 700 });
    await showBody(page, { html: '<table width="800" bgcolor="#eeeeee"><tr><td>wide</td></tr></table>' });
    const frame = await mailFrame(page);
    const overflow = () =>
      frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(overflow).toBeLessThanOrEqual(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});

describe('states', () => {
  it('loading, not downloaded yet, failed and gone are told in words, with what to do', async () => {
    const emailId = await showBody(page, { text: 'x' });
    await send(page, { type: 'body', emailId, body: { state: 'loading' } });
    await page.getByText('Loading the message…').waitFor();
    await send(page, { type: 'body', emailId, body: { state: 'failed', offline: true, message: 'x', details: '' } });
    await page.getByRole('heading', { name: 'Not downloaded yet' }).waitFor();
    await page.getByRole('button', { name: 'Retry' }).click();
    expect(await ofType('retry')).toHaveLength(1);
    await send(page, {
      type: 'body',
      emailId,
      body: { state: 'failed', offline: false, message: 'No.', details: 'E1' },
    });
    await page.getByRole('button', { name: 'Show Details' }).click();
    expect(await ofType('showDetails')).toEqual([{ type: 'showDetails', details: 'E1' }]);
    await send(page, { type: 'gone' });
    await page.getByText('This message is no longer here').waitFor();
  });

  it('what is said of another message comes too late and is let go', async () => {
    const old = await showBody(page, { text: 'old' });
    await showBody(page, { text: 'new' });
    await send(page, { type: 'body', emailId: old, body: { state: 'loading' } });
    expect(await page.getByText('new').count()).toBe(1);
  });

  it('a changed header leaves the body as it stands', async () => {
    const emailId = await showBody(page, { html: simpleHtml });
    const frame = await mailFrame(page);
    await frame.evaluate(() => document.body.setAttribute('data-kept', 'yes'));
    await send(page, { type: 'message', message: { ...sampleMessage, emailId, thread: [], pending: 'pending' } });
    await page.getByRole('img', { name: 'Waiting to be sent to the server' }).waitFor();
    expect(await frame.evaluate(() => document.body.getAttribute('data-kept'))).toBe('yes');
  });

  it('keeps what VS Code needs to bring the panel back, and the place in the mail', async () => {
    await showBody(page, { text: 'line\n'.repeat(500) });
    await page.evaluate(() => window.scrollTo(0, 900));
    await page.waitForFunction(() => (window.saved as { scroll?: number } | null)?.scroll === 900);
    const saved = await page.evaluate(() => window.saved as { emailId: number; scroll: number });
    const again = await context.newPage();
    await openPage(again, server.url, { saved });
    await send(
      again,
      { type: 'show', state: saved as never },
      { type: 'message', message: { ...sampleMessage, emailId: saved.emailId, thread: [] } },
      {
        type: 'body',
        emailId: saved.emailId,
        body: {
          state: 'ready',
          text: 'line\n'.repeat(500),
          html: null,
          htmlCut: false,
          truncated: false,
          attachments: [],
          hasInline: false,
          imagesAllowed: false,
          trustableSender: null,
        },
      },
    );
    await again.waitForFunction(() => Math.abs(window.scrollY - 900) <= 2);
    await again.close();
  });
});

describe('attachments', () => {
  it('are saved or opened through the host; a risky one is only saved, and says why', async () => {
    const safe = {
      partId: '2',
      name: 'notes.txt',
      type: 'text/plain',
      size: 1200,
      icon: 'file',
      canOpen: true,
      risky: false,
    };
    const risky = { ...safe, partId: '3', name: 'invoice.pdf.exe', canOpen: false, risky: true };
    const emailId = await showBody(page, { text: 'x', attachments: [safe, risky] });
    await page.getByRole('button', { name: 'Open notes.txt' }).click();
    await page.getByRole('button', { name: 'Save invoice.pdf.exe' }).first().click();
    await page.getByRole('button', { name: 'Save All…' }).click();
    expect((await posted(page)).slice(-3)).toEqual([
      { type: 'openAttachment', emailId, partId: '2' },
      { type: 'saveAttachment', emailId, partId: '3' },
      { type: 'saveAllAttachments', emailId },
    ]);
    expect(await page.getByRole('button', { name: 'Open invoice.pdf.exe' }).count()).toBe(0);
    expect(await page.getByText('1.2 kB').count()).toBe(2);
  });
});
