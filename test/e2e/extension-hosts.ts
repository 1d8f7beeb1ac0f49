import { execFileSync } from 'node:child_process';

/** Process ids of the extension hosts that this server started: one a window. */
export function extensionHosts(serverPid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && Number(match[2]) === serverPid && match[3]?.includes('type=extensionHost'))
    .map((match) => Number(match?.[1]));
}
