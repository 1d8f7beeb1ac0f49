import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, statfs, symlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Servers and their tools are in `sbin`, which is not on an ordinary user's PATH. */
const searchPath = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

const startTimeoutMs = 20_000;
const memoryFolder = '/dev/shm';
const memoryNeededBytes = 2 * 1024 ** 3;

/** A mail server could not be started, or a program it needs is missing. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  constructor(
    readonly reason: 'not-installed' | 'start-failed' | 'command-failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The temporary folders of one server. All of it goes when the server stops. */
export interface ServerFolders {
  /** Configuration, programs and logs. */
  readonly home: string;
  /** Mail and databases: in memory where the machine has the room, since servers flush every delivery to disk. */
  readonly data: string;
}

export async function createServerFolders(kind: string): Promise<ServerFolders> {
  const home = await mkdtemp(path.join(tmpdir(), `mailpane-${kind}-`));
  // Servers drop to a user of their own, who must be able to enter.
  await chmod(home, 0o755);
  const data = path.join(home, 'data');
  if (await hasRoom(memoryFolder)) {
    const target = path.join(memoryFolder, path.basename(home));
    await mkdir(target, { mode: 0o755 });
    await symlink(target, data);
    return { home, data: target };
  }
  await mkdir(data, { mode: 0o755 });
  return { home, data };
}

async function hasRoom(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize >= memoryNeededBytes;
}

/** The system user that a server runs as: its own when we are root, else ourselves. */
export interface SystemUser {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

export async function serverUser(nameForRoot: string): Promise<SystemUser> {
  const isRoot = process.getuid?.() === 0;
  const passwd = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const entry = passwd.find(([name, , uid]) => (isRoot ? name === nameForRoot : uid === String(process.getuid?.())));
  const name = entry?.[0];
  if (entry === undefined || name === undefined) {
    throw new ServerError('not-installed', `no system user ${isRoot ? nameForRoot : 'for this process'}`);
  }
  const [uid, gid] = [Number(entry[2]), Number(entry[3])];
  const groups = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'));
  return { name, uid, gid, group: groups.find((group) => Number(group[2]) === gid)?.[0] ?? String(gid) };
}

/** Makes a folder tree belong to a server's user. Does nothing when we are not root: then it is ours already. */
export async function giveTo(user: SystemUser, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await chown(folder, user.uid, user.gid);
  await runTool('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
}

/** Runs a system tool to its end. Throws a ServerError that says how to install it when there is none. */
export async function runTool(command: string, args: readonly string[], input?: string): Promise<string> {
  const running = run(command, args, { env: { ...process.env, PATH: searchPath }, timeout: 120_000 });
  running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw notInstalled(command, error);
    throw new ServerError('command-failed', `${command} failed: ${String(error)}`, { cause: error });
  }
}

export function notInstalled(program: string, cause?: unknown): ServerError {
  const message = `${program} is not installed: run scripts/install-test-dependencies.sh`;
  return new ServerError('not-installed', message, { cause });
}

export interface Certificate {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** A self-signed certificate for localhost and 127.0.0.1, written into the folder. */
export async function createCertificate(folder: string): Promise<Certificate> {
  const [certificatePath, keyPath] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', keyPath, '-out', certificatePath];
  await runTool('openssl', ['req', '-x509', ...curve, '-days', '3650', ...names, ...files]);
  const [certificate, key] = await Promise.all([readFile(certificatePath, 'utf8'), readFile(keyPath, 'utf8')]);
  return { certificate, key, certificatePath, keyPath };
}

/**
 * TCP ports of 127.0.0.1 that nothing listens on. They are below the range that the system takes outgoing ports from,
 * so that no connection of another test sits on one before the server does.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/**
 * Watches over one server. It runs as `sh -c` with the home and data folders and then the server's command.
 * Its standard input is a pipe that only the test process holds: when that ends, by stop() or because the process is
 * gone (even by SIGKILL), the server and all of its process group are killed and the folders removed. With a file
 * `keep` in the home folder the server is asked to end, so that its databases are whole, and the folders stay.
 */
const watchdog = `
home=$1 data=$2; shift 2
exec 3<&0
setsid "$@" </dev/null 3<&- &
server=$!
# Whether any process of the group still runs; one that is dead but not yet reaped does not.
running() {
  cat /proc/[0-9]*/stat 2>/dev/null |
    awk -v group="$server" '{ sub(/^.*\\) /, "") } $3 == group && $1 != "Z" { n++ } END { exit n == 0 }'
}
(
  cat <&3 >/dev/null
  [ ! -e "$home/keep" ] || { kill -TERM "$server"; sleep 10; }
  kill -KILL "-$server"
) 2>/dev/null &
wait "$server"
tries=0
while [ -e "$home/keep" ] && running && [ "$tries" -lt 100 ]; do
  kill -TERM "-$server"; sleep 0.05; tries=$((tries + 1))
done 2>/dev/null
kill -KILL "-$server" 2>/dev/null
while running; do sleep 0.01; done
[ -e "$home/keep" ] || rm -rf "$data" "$home"
kill -KILL 0
`;

export interface ServerProcess {
  /** Ends the server with everything it started, and removes its folders. May be called again. */
  stop(): Promise<void>;
  /** The same, but leaves the folders for the caller to copy from and remove. */
  stopAndKeep(): Promise<void>;
}

/**
 * Starts a server in the foreground and waits until it takes connections on all ports.
 * Throws a ServerError with the end of its log when it does not come up.
 */
export async function startServerProcess(
  folders: ServerFolders,
  command: readonly string[],
  ports: readonly number[],
  logFiles: readonly string[] = [],
): Promise<ServerProcess> {
  const output = path.join(folders.home, 'output.log');
  const log = await open(output, 'a');
  const child = spawn('sh', ['-c', watchdog, 'watchdog', folders.home, folders.data, ...command], {
    // A folder that the server's own user may be in, which ours need not be.
    cwd: folders.home,
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    env: { ...process.env, PATH: searchPath },
  });
  await log.close();
  // Neither the child nor the pipe keeps a test process alive that forgot to stop its server.
  child.unref();
  const input = child.stdin as Socket;
  input.unref();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.ref();
    input.end();
    await exited;
  };
  try {
    await Promise.all(ports.map((port) => untilListening(port, child)));
  } catch (error) {
    const texts = await Promise.all([output, ...logFiles].map((file) => readFile(file, 'utf8').catch(() => '')));
    await stop();
    const message = `${command[0] ?? 'server'} did not start: ${String(error)}\n${texts.join('').slice(-4000)}`;
    throw new ServerError('start-failed', message, { cause: error });
  }
  return {
    stop,
    async stopAndKeep() {
      await (await open(path.join(folders.home, 'keep'), 'w')).close();
      await stop();
    },
  };
}

export async function removeFolders(folders: ServerFolders): Promise<void> {
  await Promise.all([folders.data, folders.home].map((folder) => rm(folder, { recursive: true, force: true })));
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await acceptsConnections(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended at once');
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port} after ${startTimeoutMs / 1000} s`);
    await delay(20);
  }
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
