import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** A request that would have left this machine. It was refused; a mail that caused one fails its test. */
export type RemoteRequest = {
  readonly url: string;
  readonly resourceType: string;
  /** The page or iframe that asked. */
  readonly frameUrl: string;
};

export type TestBrowser = {
  /** A context is a browser profile of its own; pages of one context share cookies and local storage. */
  readonly newContext: (options?: { width?: number; height?: number }) => Promise<TestContext>;
  readonly version: string;
  readonly close: () => Promise<void>;
};

export type TestContext = {
  readonly newPage: () => Promise<Page>;
  /** Requests to anything but 127.0.0.1 so far, oldest first, of every page, frame and worker of this context. */
  readonly remoteRequests: () => readonly RemoteRequest[];
  /** Uncaught errors of the pages so far: VS Code's own, a webview's, a mail's. */
  readonly pageErrors: () => readonly string[];
  readonly close: () => Promise<void>;
};

const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Below the routes, a second wall that also holds for what routes cannot see.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** A webview's own files have addresses there; VS Code's service worker answers them from this machine. */
const webviewResourceHost = '.vscode-resource.vscode-cdn.net';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of Chromium: `$CHROMIUM`, else where the distributions put it. */
export function findChromium(): string {
  const { CHROMIUM: configured } = process.env;
  const found =
    configured !== undefined && configured !== '' ? configured : candidates.find((file) => existsSync(file));
  if (found === undefined || !existsSync(found)) {
    throw new Error(
      `no Chromium ${found === undefined ? `at ${candidates.join(', ')}` : `at ${found}`}; ` +
        'install it (Debian: apt-get install chromium) or name it in the environment variable CHROMIUM',
    );
  }
  return found;
}

export async function launchBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: chromiumArguments });
  return {
    version: browser.version(),
    newContext: (options) => newContext(browser, options),
    close: () => browser.close(),
  };
}

async function newContext(browser: Browser, options: { width?: number; height?: number } = {}): Promise<TestContext> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const remoteRequests: RemoteRequest[] = [];
  const pageErrors: string[] = [];
  await context.route(isRemote, (route) => route.abort('blockedbyclient'));
  // code-server's outer half answers this one: its share of the key of the browser's secret storage. Without an answer
  // secrets live in memory only and are gone at reload.
  await context.route('**/mint-key', (route) =>
    route.fulfill({ contentType: 'application/octet-stream', body: Buffer.alloc(32, 7) }),
  );
  // Not in the route: it is not asked for every kind of request, this event is.
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (!isRemote(url) || url.hostname.endsWith(webviewResourceHost)) return;
    const frame = request.serviceWorker() === null ? frameUrlOf(request) : 'service worker';
    remoteRequests.push({ url: url.href, resourceType: request.resourceType(), frameUrl: frame });
  });
  context.on('weberror', (event) => pageErrors.push(event.error().stack ?? String(event.error())));
  return {
    newPage: () => openPage(context),
    remoteRequests: () => remoteRequests,
    pageErrors: () => pageErrors,
    close: () => context.close(),
  };
}

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  // VS Code asks "leave this page?" while a tab is unsaved; nobody would answer.
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  return page;
}

function isRemote(url: URL): boolean {
  return ['http:', 'https:', 'ws:', 'wss:', 'ftp:'].includes(url.protocol) && url.hostname !== '127.0.0.1';
}

function frameUrlOf(request: { frame: () => { url: () => string } }): string {
  try {
    return request.frame().url();
  } catch {
    // A navigation's frame has no URL before the answer comes.
    return 'navigation';
  }
}
