/** The reader's page as it is shipped, in Chromium, over a real HTTP origin with the policy that VS Code gives it. */
import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { Frame, Page } from 'playwright-core';
import type { FromPage, MessageView, PanelState, ThreadEntry, ToPage } from '../../src/views/reader/protocol';
import { pageHtml } from '../../src/views/reader/page-html';
import { readerStrings } from '../../src/views/reader/strings';
import { repositoryRoot } from '../host/repository';
import { sampleMessage } from './samples';

declare global {
  interface Window {
    posted: FromPage[];
    saved: unknown;
    violations: string[];
  }
}

export type PageServer = {
  readonly url: string;
  readonly requests: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** Builds the page (options as in esbuild.mjs) and serves it on 127.0.0.1; `requests` tells every path asked for. */
export async function servePage(): Promise<PageServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mailpane-reader-'));
  await build({
    entryPoints: { reader: path.join(repositoryRoot, 'src/views/reader/webview/main.tsx') },
    outdir: folder,
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'chrome128',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  const codicons = path.join(repositoryRoot, 'node_modules/@vscode/codicons/dist');
  const files: Record<string, [string, string]> = {
    '/reader.js': [path.join(folder, 'reader.js'), 'text/javascript'],
    '/reader.css': [path.join(folder, 'reader.css'), 'text/css'],
    '/codicon.css': [path.join(codicons, 'codicon.css'), 'text/css'],
    '/codicon.ttf': [path.join(codicons, 'codicon.ttf'), 'font/ttf'],
  };
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    requests.push(request.url ?? '/');
    const file = files[pathname];
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(html(`http://${request.headers.host ?? ''}`));
    } else if (file === undefined) {
      response.statusCode = 404;
      response.end();
    } else {
      response.setHeader('content-type', file[1]);
      void readFile(file[0]).then((data) => response.end(data));
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true });
    },
  };
}

function html(origin: string): string {
  const strings = readerStrings({ t: (message: unknown) => String(message) });
  return pageHtml(
    { language: 'en', locale: 'en', strings },
    {
      cspSource: origin,
      script: `${origin}/reader.js`,
      styles: [`${origin}/codicon.css`, `${origin}/reader.css`],
      nonce: 'dGVzdA',
    },
  );
}

/** Opens the page as VS Code does: its API is there before the page's script, its theme is on the root element. */
export async function openPage(
  page: Page,
  url: string,
  options: { theme?: Theme; saved?: unknown } = {},
): Promise<void> {
  await page.addInitScript((saved) => {
    if (window.top !== window) return;
    window.posted = [];
    window.saved = saved;
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`),
    );
    Object.assign(window, {
      // Methods, not arrows: tsx wraps named functions in a helper that the page does not have.
      acquireVsCodeApi() {
        return {
          postMessage(message: FromPage) {
            window.posted.push(message);
          },
          getState() {
            return window.saved ?? undefined;
          },
          setState(state: unknown) {
            window.saved = state;
          },
        };
      },
    });
  }, options.saved ?? null);
  await page.goto(url);
  if (options.theme !== undefined) await setTheme(page, options.theme);
  await page.waitForFunction(() => window.posted.some(({ type }) => type === 'ready'));
}

export type Theme = { readonly kind: string; readonly variables: Readonly<Record<string, string>> };

export async function setTheme(page: Page, { kind, variables }: Theme): Promise<void> {
  await page.evaluate(
    ([bodyClass, values]) => {
      document.body.className = bodyClass;
      for (const [name, value] of Object.entries(values)) document.documentElement.style.setProperty(name, value);
    },
    [kind, variables] as const,
  );
}

export async function send(page: Page, ...messages: ToPage[]): Promise<void> {
  await page.evaluate((list) => {
    for (const message of list) window.dispatchEvent(new MessageEvent('message', { data: message }));
  }, messages);
}

export const posted = (page: Page): Promise<FromPage[]> => page.evaluate(() => window.posted);

type ReadyBody = Extract<Extract<ToPage, { type: 'body' }>['body'], { state: 'ready' }>;

/** Above those of the samples. */
let nextId = 100;

/** Shows a message with this body, as the host would; answers with its id. */
export async function showBody(
  page: Page,
  body: Partial<ReadyBody>,
  message: Partial<MessageView> = {},
): Promise<number> {
  const emailId = nextId++;
  const state = { emailId, threadId: 1, mailboxId: 1, source: 'inboxes', anchor: emailId, pinned: false };
  // The sample's own entry in its thread is the one that is shown.
  const own = (entry: ThreadEntry) => (entry.emailId === sampleMessage.emailId ? { ...entry, emailId } : entry);
  await send(
    page,
    { type: 'show', state: state as PanelState },
    { type: 'message', message: { ...sampleMessage, ...message, thread: (message.thread ?? []).map(own), emailId } },
    {
      type: 'body',
      emailId,
      body: {
        state: 'ready',
        text: null,
        html: null,
        htmlCut: false,
        truncated: false,
        attachments: [],
        hasInline: false,
        imagesAllowed: false,
        trustableSender: 'ana@example.org',
        ...body,
      },
    },
  );
  return emailId;
}

/** The mail's own frame, once its nodes are in. */
export async function mailFrame(page: Page): Promise<Frame> {
  await page.waitForFunction(() => {
    const frame = document.querySelector<HTMLIFrameElement>('iframe.mail-frame');
    return (frame?.contentDocument?.querySelector('body > *') ?? null) !== null;
  });
  const frame = await (await page.waitForSelector('iframe.mail-frame')).contentFrame();
  if (frame === null) throw new Error('the mail has no frame');
  return frame;
}
