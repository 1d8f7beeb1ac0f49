import { deletedFlag } from '../../db/imap-messages';
import { answered, draft, flagged, seen } from '../../model/keywords';

/** System flags and the JMAP keywords that they are (RFC 8621 §4.1.1). */
const systemFlags: Readonly<Record<string, string>> = {
  '\\seen': seen,
  '\\flagged': flagged,
  '\\answered': answered,
  '\\draft': draft,
  '\\deleted': deletedFlag,
};

/** Of this session only, or of the server's own making: no keyword. */
export function keywordsOf(flags: readonly string[]): string[] {
  return flags.flatMap((flag) => {
    const lower = flag.toLowerCase();
    if (lower.startsWith('\\')) return systemFlags[lower] ?? [];
    return lower === '' || /[\s\0]/.test(lower) ? [] : lower;
  });
}

/** The flag of a keyword; null: nothing that IMAP could store (RFC 9051 §9, `flag-keyword` is an atom). */
export function flagOf(keyword: string): string | null {
  const system = Object.entries(systemFlags).find(([, known]) => known === keyword)?.[0];
  if (system !== undefined) return `\\${(system[1] ?? '').toUpperCase()}${system.slice(2)}`;
  return /^[!#$&'+-[^-z|}~]+$/.test(keyword) ? keyword : null;
}
