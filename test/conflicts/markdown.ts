import { format, resolveConfig } from 'prettier';
import { cells, groupTitles, situations, type SituationName } from './cells';
import { kinds, type GroupName, type Kind } from './kinds';

const entries = <Name extends string, Value>(record: Partial<Readonly<Record<Name, Value>>>): [Name, Value][] =>
  Object.entries(record) as [Name, Value][];

/** The tables of docs/conflicts.md: one for each group of changes, a row for each situation. */
export function conflictTables(): string {
  return entries(groupTitles)
    .map(([group, title]) => table(group, title))
    .join('\n');
}

function table(group: GroupName, title: string): string {
  const titles = entries<string, Kind>(kinds).flatMap(([, kind]) => (kind.group === group ? [kind.title] : []));
  const rows = entries(situations).flatMap(([situation, meanwhile]) => {
    const cell = cells[group][situation satisfies SituationName];
    if (cell === undefined) return [];
    const words = cell.words === undefined ? '' : ` “${cell.words}”`;
    const overImap = cell.copied === undefined ? '' : ` Over IMAP: ${cell.copied.seenOverImap}`;
    return [`| ${meanwhile} | ${marks[cell.result]} | ${cell.seen}${words}${overImap} |`];
  });
  return [
    `### ${title}`,
    '',
    `Played for: ${titles.join(', ')}.`,
    '',
    '| Meanwhile on the server | The change is | What you see |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const marks = { done: 'done', gone: 'done', refused: '**refused**', waits: 'waiting' } as const;

const begin = '<!-- tables -->';
const end = '<!-- end -->';

/** The page with the tables of now in it, formatted as the repository wants it. */
export async function withConflictTables(page: string, file: string): Promise<string> {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the tables`);
  const text = `${page.slice(0, from + begin.length)}\n\n${conflictTables()}\n${page.slice(to)}`;
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
