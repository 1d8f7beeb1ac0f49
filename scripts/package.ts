/** `npm run package`: builds the three bundles for production and packs the VSIX into dist-vsix/. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Octets: what a person downloads. */
const largest = 2_500_000;

const root = path.resolve(__dirname, '..');
const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, string>;
const vsix = path.join(root, 'dist-vsix', `${name}-${version}.vsix`);

mkdirSync(path.dirname(vsix), { recursive: true });
execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: root, stdio: 'inherit' });
// Everything is bundled: node_modules stays out.
execFileSync('npx', ['--no-install', 'vsce', 'package', '--no-dependencies', '--out', vsix], {
  cwd: root,
  stdio: 'inherit',
});
const { size } = statSync(vsix);
console.log(`${path.relative(root, vsix)}: ${(size / 1e6).toFixed(2)} MB`);
if (size > largest) {
  console.error(`The VSIX is larger than ${largest / 1e6} MB.`);
  process.exitCode = 1;
}
