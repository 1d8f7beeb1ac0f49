import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { getVsCodeServer } from './get-vscode-server';
import { startProcessGroup, type ProcessGroup } from './process-group';

export type VsCodeServerOptions = {
  /** Everything the server writes. Default: a new folder under the system's temporary one, removed by `stop()`. */
  readonly userDataDir?: string;
  /** Default: `extensions` in `userDataDir`. */
  readonly extensionsDir?: string;
  /** User settings on top of the quiet ones every test wants. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment variables that the extension host gets on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
};

export type VsCodeServer = {
  readonly pid: number;
  readonly port: number;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** The address of a workbench; `payload` as VS Code's web workbench takes it: pairs of environment option and value. */
  readonly url: (folder?: string, payload?: readonly (readonly [string, string])[]) => string;
  /** A path on this machine as the workbench knows it. */
  readonly remoteUri: (filePath: string) => string;
  /** The folder an extension gets as `context.globalStorageUri`. */
  readonly globalStorage: (extensionId: string) => string;
  /** Changes the file of user settings; windows read it when they load. `undefined` takes a setting away. */
  readonly updateSettings: (change: Readonly<Record<string, unknown>>) => void;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
};

/** Nothing that asks, advertises, updates or moves while a test looks. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.colorTheme': 'Default Dark Modern',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'chat.commandCenter.enabled': false,
  'window.commandCenter': false,
  'window.autoDetectColorScheme': false,
  'accessibility.verbosity.emptyEditorHint': false,
};

const startTimeoutMs = 30_000;

/** Starts VS Code's server on a port of its own; resolves when it takes connections, about a second later. */
export async function startVsCodeServer(options: VsCodeServerOptions = {}): Promise<VsCodeServer> {
  const serverFolder = await getVsCodeServer();
  // A short path: the sockets that VS Code makes inside may have 107 characters.
  const userDataDir = options.userDataDir ?? mkdtempSync(path.join(os.tmpdir(), 'mailpane-vscode-'));
  const extensionsDir = options.extensionsDir ?? path.join(userDataDir, 'extensions');
  const settingsFile = path.join(userDataDir, 'data/User/settings.json');
  mkdirSync(path.dirname(settingsFile), { recursive: true });
  mkdirSync(extensionsDir, { recursive: true });
  writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));

  const group = startProcessGroup(
    process.execPath,
    [
      path.join(serverFolder, 'out/server-main.js'),
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
      ...['--server-data-dir', userDataDir, '--extensions-dir', extensionsDir],
      ...['--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off'],
    ],
    { env: { ...cleanEnvironment(), ...options.env } },
  );
  const removeUserData = () => {
    if (options.userDataDir === undefined) rmSync(userDataDir, { recursive: true, force: true, maxRetries: 3 });
    process.off('exit', removeUserData);
  };
  process.once('exit', removeUserData);
  let port: number;
  try {
    port = await listeningPort(group);
  } catch (error) {
    await group.stop();
    removeUserData();
    throw error;
  }

  const remoteUri = (filePath: string) => `vscode-remote://127.0.0.1:${port}${path.resolve(filePath)}`;
  return {
    pid: group.pid,
    port,
    userDataDir,
    extensionsDir,
    url: (folder, payload = []) => {
      const url = new URL(`http://127.0.0.1:${port}/`);
      if (folder === undefined) url.searchParams.set('ew', 'true');
      else url.searchParams.set('folder', folder);
      if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
      return url.href;
    },
    remoteUri,
    globalStorage: (extensionId) => path.join(userDataDir, 'data/User/globalStorage', extensionId.toLowerCase()),
    updateSettings: (change) => {
      const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as Record<string, unknown>;
      writeFileSync(settingsFile, JSON.stringify({ ...settings, ...change }, null, 2));
    },
    log: group.log,
    stop: async () => {
      await group.stop();
      removeUserData();
    },
  };
}

/** Installs a packaged extension into `extensionsDir`, as a person does with "Install from VSIX". About two seconds. */
export async function installExtension(vsixFile: string, extensionsDir: string): Promise<void> {
  const serverFolder = await getVsCodeServer();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'mailpane-install-'));
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [
        path.join(serverFolder, 'out/server-main.js'),
        ...['--accept-server-license-terms', '--server-data-dir', dataDir, '--extensions-dir', extensionsDir],
        ...['--install-extension', path.resolve(vsixFile), '--force'],
      ],
      { timeout: 60_000, env: cleanEnvironment() },
    );
    if (!stdout.includes('successfully installed')) throw new Error(`cannot install ${vsixFile}:\n${stdout}${stderr}`);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function listeningPort(group: ProcessGroup): Promise<number> {
  const deadline = Date.now() + startTimeoutMs;
  let exitCode: number | null | undefined;
  void group.exited.then((code) => (exitCode = code));
  while (Date.now() < deadline) {
    const port = /Extension host agent listening on (\d+)/.exec(group.log())?.[1];
    if (port !== undefined) return Number(port);
    if (exitCode !== undefined)
      throw new Error(`VS Code's server ended with ${exitCode}:\n${group.log().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`VS Code's server did not start in ${startTimeoutMs} ms:\n${group.log().slice(-2000)}`);
}

/** This process's environment without what VS Code leaves in its terminals: a server that sees those takes itself for a child of that window. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  // No gallery: it could not be reached from a test, and a test should not try.
  return { ...Object.fromEntries(own), EXTENSIONS_GALLERY: '{}' };
}
