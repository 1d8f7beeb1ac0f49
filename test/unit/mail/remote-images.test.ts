import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { rasterImageType } from '../../../src/mail/image-type';
import { isPublicAddress } from '../../../src/mail/public-address';
import { loadRemoteImages } from '../../../src/mail/remote-images';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const never = new AbortController().signal;
/** Only this machine's own test server is let through: what a public address is in the product. */
const isAllowed = (address: string) => address === '127.0.0.1';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A real server; answers with its address and what it was asked. */
async function serve(answer: RequestListener): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const started = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server = started;
  await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}`, asked };
}

const loadOne = async (url: string, limits: Parameters<typeof loadRemoteImages>[2] = {}) =>
  (await loadRemoteImages([url], never, { isAllowed, ...limits }))[0];

describe('loadRemoteImages', () => {
  it('hands over data: URLs by what the octets are, in the order asked, each fetched once', async () => {
    const { url, asked } = await serve((_request, response) => {
      response.setHeader('content-type', 'text/html').end(png);
    });
    const data = `data:image/png;base64,${png.toString('base64')}`;
    const urls = [`${url}/a`, `${url}/b`, `${url}/a`];
    expect(await loadRemoteImages(urls, never, { isAllowed })).toEqual(
      urls.map((one) => ({ url: one, data, reason: null })),
    );
    expect(asked).toHaveLength(2);
  });

  it('tells nothing about the person: no cookie, referrer or credential', async () => {
    const { url, asked } = await serve((_request, response) => {
      response.setHeader('set-cookie', 'a=b').end(png);
    });
    await loadOne(`${url.replace('//', '//user:secret@')}/a#fragment`);
    await loadOne(`${url}/b`);
    for (const { headers } of asked) {
      expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    }
    expect(asked[0]?.url).toBe('/a');
  });

  it('asks no private address: literal, by name, or in disguise', async () => {
    const { url, asked } = await serve((_request, response) => response.end(png));
    const { port } = new URL(url);
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ]) {
      const image = (await loadRemoteImages([`http://${host}:${port}/`], never))[0];
      expect(image?.data, host).toBeNull();
      expect(image?.reason, host).toContain('public internet');
    }
    expect(asked).toHaveLength(0);
  });

  it('checks every redirect anew: to a private address, another scheme, or too often', async () => {
    const targets: Record<string, string> = {
      '/private': 'http://127.0.0.2:1/',
      '/metadata': 'http://169.254.169.254/latest/meta-data/',
      '/file': 'file:///etc/passwd',
      '/loop': '/loop',
      '/1': '/2',
      '/2': '/3',
      '/3': '/image',
    };
    const { url, asked } = await serve(({ url: path = '' }, response) => {
      const location = targets[path];
      if (location === undefined) response.end(png);
      else response.writeHead(302, { location }).end();
    });
    expect((await loadOne(`${url}/private`))?.reason).toContain('public internet');
    expect((await loadOne(`${url}/metadata`))?.reason).toContain('public internet');
    expect((await loadOne(`${url}/file`))?.reason).toContain('not valid');
    asked.length = 0;
    expect((await loadOne(`${url}/loop`))?.reason).toContain('too often');
    expect(asked).toHaveLength(4);
    expect((await loadOne(`${url}/1`))?.data).not.toBeNull();
  });

  it('takes raster images only, whatever the type says', async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader('content-type', 'image/png').end('<svg xmlns="http://www.w3.org/2000/svg"></svg>');
    });
    expect(await loadOne(url)).toMatchObject({ data: null, reason: expect.stringContaining('no picture') as unknown });
  });

  it('stops at 5 MB: announced, or unannounced and never ending', async () => {
    let sent = 0;
    const { url } = await serve(({ url: path }, response) => {
      if (path === '/announced') {
        response.writeHead(200, { 'content-length': 10_000_000 }).write(png);
        return;
      }
      response.write(png);
      const more = () => {
        sent += 100_000;
        if (!response.destroyed && response.write(Buffer.alloc(100_000))) setImmediate(more);
        else if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect((await loadOne(`${url}/announced`))?.reason).toContain('too large');
    expect((await loadOne(`${url}/endless`))?.reason).toContain('too large');
    expect(sent).toBeLessThan(20_000_000);
  });

  it('gives up on a server that drips', async () => {
    const { url } = await serve((_request, response) => {
      response.write(png.subarray(0, 20));
      const drip = setInterval(() => response.write(Buffer.from([0])), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await loadOne(url, { timeout: 300 })).toMatchObject({ data: null, reason: 'The server takes too long.' });
  });

  it('bounds a message as a whole', async () => {
    const { url } = await serve((_request, response) => response.end(Buffer.concat([png, Buffer.alloc(900)])));
    const urls = [1, 2, 3, 4].map((at) => `${url}/${at}`);
    const images = await loadRemoteImages(urls, never, { isAllowed, maxTotalBytes: 2100, concurrency: 1 });
    expect(images.map(({ data }) => data !== null)).toEqual([true, true, false, false]);
  });

  it('asks for no more than a few at once', async () => {
    let open = 0;
    let most = 0;
    const { url } = await serve((_request, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end(png);
      }, 30);
    });
    await loadRemoteImages(
      Array.from({ length: 20 }, (_, at) => `${url}/${at}`),
      never,
      { isAllowed },
    );
    expect(most).toBe(6);
  });

  it('words what goes wrong, and goes on with the others', async () => {
    const { url } = await serve(({ url: path }, response) => {
      if (path === '/ok') response.end(png);
      else if (path === '/cut') response.writeHead(200, { 'content-length': 500 }).write(png, () => response.destroy());
      else response.writeHead(404).end();
    });
    const urls = [
      'nonsense',
      'ftp://example.org/x',
      `${url}/missing`,
      `${url}/cut`,
      'http://no-such-host.invalid/',
      `${url}/ok`,
    ];
    const images = await loadRemoteImages(urls, never, { isAllowed });
    expect(images.map(({ data }) => data !== null)).toEqual([false, false, false, false, false, true]);
    expect(images.slice(0, 5).every(({ reason }) => reason !== null && reason !== '')).toBe(true);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const { url } = await serve(() => setTimeout(() => abort.abort(new Error('enough')), 20));
    await expect(loadRemoteImages([`${url}/a`, `${url}/b`], abort.signal, { isAllowed })).rejects.toThrow('enough');
  });
});

describe('isPublicAddress', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::10.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:a00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '3fff::1',
    '5f00::1',
    '',
    'localhost',
    '1.2.3',
  ])('%j is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['1.1.1.1', '93.184.216.34', '172.15.0.1', '2606:4700::1111', '2a00:1450:4001::1', '[2606:4700::1111]'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('rasterImageType', () => {
  it.each([
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'image/png'],
    [[0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    [[...Buffer.from('GIF89a')], 'image/gif'],
    [[...Buffer.from('RIFF....WEBP')], 'image/webp'],
    [[...Buffer.from('....ftypavif')], 'image/avif'],
    [[...Buffer.from('<svg')], null],
    [[...Buffer.from('<!doctype html>')], null],
    [[], null],
  ])('%j is %s', (bytes, type) => {
    expect(rasterImageType(Uint8Array.from(bytes))).toBe(type);
  });
});
