import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { repositoryRoot } from '../host/repository';

export interface ProgramVersion {
  readonly apiVersion?: number;
  /** A migration that this version has on top, as SQL. */
  readonly migration?: string;
}

export interface Program {
  readonly workerFile: string;
  readonly windowFile: string;
}

/** Builds the engine's worker, and a process that is a window without VS Code, into a folder; of any version. */
export async function buildProgram(folder: string, version: ProgramVersion = {}): Promise<Program> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: {
      engine: path.join(repositoryRoot, 'src/engine/worker.ts'),
      window: path.join(import.meta.dirname, 'window-process.ts'),
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outdir: folder,
    plugins: [otherVersion(version)],
  });
  copyFileSync(path.join(repositoryRoot, 'node_modules/sql.js/dist/sql-wasm.wasm'), path.join(folder, 'sql-wasm.wasm'));
  return { workerFile: path.join(folder, 'engine.js'), windowFile: path.join(folder, 'window.js') };
}

/** The same program as a later release may be: another interface, a newer schema. */
export function otherVersion({ apiVersion, migration }: ProgramVersion): Plugin {
  const change = (file: string, found: RegExp, by: (found: string) => string): string => {
    const text = readFileSync(file, 'utf8');
    if (!found.test(text)) throw new Error(`${file} has no ${found.source}`);
    return text.replace(found, by);
  };
  return {
    name: 'other-version',
    setup(bundling) {
      if (apiVersion !== undefined)
        bundling.onLoad({ filter: /src[/\\]engine[/\\]api[/\\]requests\.ts$/ }, ({ path: file }) => ({
          loader: 'ts',
          contents: change(file, /export const apiVersion = \d+;/, () => `export const apiVersion = ${apiVersion};`),
        }));
      if (migration !== undefined)
        bundling.onLoad({ filter: /src[/\\]db[/\\]schema[/\\]mail\.ts$/ }, ({ path: file }) => ({
          loader: 'ts',
          contents: `${change(file, /\s*$/, () => '\n')}
            mailMigrations.push({ version: mailMigrations.length + 1, name: 'later', sql: ${JSON.stringify(migration)} });`,
        }));
    },
  };
}
