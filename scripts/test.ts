/** `npm test`: installs what tests need, runs every step, and prints one closing line. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Counts {
  passed: number;
  failed: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** How many tests it ran; by default one, which is the command itself. */
  readonly count?: (output: string, ok: boolean) => Counts;
}

const root = path.resolve(__dirname, '..');
const reports = mkdtempSync(path.join(tmpdir(), 'mailpane-test-'));

const npx = (...args: string[]): string[] => ['npx', '--no-install', ...args];

function vitest(project: string): Step {
  const report = path.join(reports, `${project}.json`);
  return {
    name: project,
    command: npx(
      'vitest',
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ),
    count: () => {
      const { numPassedTests, numFailedTests, numFailedTestSuites, numTotalTests } = JSON.parse(
        readFileSync(report, 'utf8'),
      ) as Record<'numPassedTests' | 'numFailedTests' | 'numFailedTestSuites' | 'numTotalTests', number>;
      // A file that cannot even be loaded has no failed test, but has failed; so has a project without tests.
      const broken = numFailedTests === 0 ? numFailedTestSuites : 0;
      return { passed: numPassedTests, failed: numFailedTests + broken + (numTotalTests === 0 ? 1 : 0) };
    },
  };
}

/** The last `N passed, N failed` that a step printed. */
function closingLine(output: string, ok: boolean): Counts {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  const counts = { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0) };
  return ok ? counts : { ...counts, failed: Math.max(1, counts.failed) };
}

const steps: readonly Step[] = [
  { name: 'dependencies', command: ['bash', 'scripts/install-test-dependencies.sh'] },
  { name: 'types', command: npx('tsc', '-p', '.') },
  { name: 'lint', command: npx('eslint', '.') },
  { name: 'format', command: npx('prettier', '--check', '--log-level=warn', '.') },
  vitest('unit'),
  vitest('integration'),
  { name: 'vscode', command: npx('tsx', 'test/vscode/run.ts'), count: closingLine },
  { name: 'package', command: npx('tsx', 'scripts/package.ts') },
  { name: 'e2e', command: npx('tsx', 'test/e2e/run.ts'), count: closingLine },
];

async function run(step: Step): Promise<Counts> {
  const started = performance.now();
  console.log(`\n=== ${step.name}: ${step.command.join(' ')}`);
  const [program = '', ...args] = step.command;
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const [stream, sink] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      sink.write(chunk);
    });
  }
  const ok = await new Promise<boolean>((resolve) => {
    child.on('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  const counts = countsOf(step, output, ok);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`--- ${step.name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  return counts;
}

function countsOf(step: Step, output: string, ok: boolean): Counts {
  const byExit = { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  try {
    const counts = step.count?.(output, ok) ?? byExit;
    // A step that fails without a failed test (a crash, a left-over process) has failed all the same.
    return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } catch (error) {
    console.error(`${step.name}: no readable result:`, error);
    return { passed: 0, failed: 1 };
  }
}

async function main(): Promise<void> {
  const only = process.argv.slice(2);
  const summary: [string, Counts][] = [];
  for (const step of steps) {
    if (only.length > 0 && !only.includes(step.name)) continue;
    summary.push([step.name, await run(step)]);
  }
  rmSync(reports, { recursive: true, force: true });
  const total = summary.reduce(
    (sum, [, { passed, failed }]) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    { passed: 0, failed: 0 },
  );
  console.log('');
  for (const [name, { passed, failed }] of summary) console.log(`${name.padEnd(13)} ${passed} ok, ${failed} not`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

void main();
