import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

export type SecretKeyProxy = { readonly port: number; readonly close: () => void };

/**
 * Stands before VS Code's server and gives the browser the server's half of the key for its secret storage, which the server
 * alone does not. Without it the demo's password would be forgotten when the page is loaded again.
 */
export async function startSecretKeyProxy(serverPort: number, port = 0): Promise<SecretKeyProxy> {
  const key = randomBytes(32);
  const target = (incoming: IncomingMessage) => ({
    host: '127.0.0.1',
    port: serverPort,
    path: incoming.url ?? '/',
    method: incoming.method ?? 'GET',
    headers: incoming.headers,
  });
  const proxy = createServer((incoming, answer) => {
    if (incoming.method === 'POST' && incoming.url?.split('?')[0] === '/mint-key') {
      answer.writeHead(200, { 'content-type': 'application/octet-stream' }).end(key);
      return;
    }
    const forwarded = request(target(incoming), (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on('error', () => answer.destroy());
    incoming.pipe(forwarded);
  });
  proxy.on('upgrade', (incoming, socket, head) => {
    const upstream = connect(serverPort, '127.0.0.1', () => {
      const headers = incoming.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
      upstream.write(`${incoming.method ?? 'GET'} ${incoming.url ?? '/'} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  proxy.listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    close: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}
