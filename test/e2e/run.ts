/**
 * `npm run test:e2e [-- NAME…]`: walks through the packaged VSIX in a real VS Code, as a person does. A walk is a file
 * walks/NAME.ts that exports `walk`; all are taken unless some are named.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installMailpane } from './install-vsix';
import { perform, type Walk } from './walk';

const walksFolder = path.join(__dirname, 'walks');

async function main(wanted: readonly string[]): Promise<void> {
  const names = readdirSync(walksFolder)
    .map((file) => path.basename(file, '.ts'))
    .sort();
  for (const name of wanted)
    if (!names.includes(name)) throw new Error(`no walk ${name}; there are ${names.join(', ')}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mailpane-e2e-'));
  const total = { passed: 0, failed: 0 };
  try {
    const extensionsDir = path.join(folder, 'extensions');
    console.log(`Installed ${path.basename(await installMailpane(extensionsDir))}.`);
    for (const name of wanted.length > 0 ? wanted : names) {
      const { walk } = (await import(path.join(walksFolder, `${name}.ts`))) as { walk: Walk };
      const first = await perform(walk, extensionsDir);
      const isRepeated = first.failed > 0 && !first.isForGood;
      if (isRepeated) console.log('\nOnce more, in a fresh VS Code: a busy machine is slower than any time-out.');
      const { passed, failed } = isRepeated ? await perform(walk, extensionsDir) : first;
      total.passed += passed;
      total.failed += failed;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
