/**
 * Plain text as people read it: quoting levels, signature, patches. Pure, and linear in the text's length: a line
 * belongs to one block, and neighbouring lines of one kind are one block, so the page gets few nodes.
 */

export type PatchLine = 'added' | 'removed' | 'hunk' | 'file' | 'context';

export type TextBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'signature'; readonly text: string }
  | { readonly kind: 'patch'; readonly line: PatchLine; readonly text: string }
  | {
      readonly kind: 'quote';
      readonly parts: readonly QuotePart[];
      readonly lines: number;
      readonly trailing: boolean;
    };

/** Neighbouring lines of one quoting level, without their `>` marks. */
export interface QuotePart {
  readonly level: number;
  readonly text: string;
}

export interface TextBody {
  readonly blocks: readonly TextBlock[];
  /** A patch is shown in the editor's font. */
  readonly isPatch: boolean;
  /** Characters after what `blocks` show; 0: nothing left out. */
  readonly rest: number;
}

export interface TextLimits {
  readonly characters: number;
  readonly blocks: number;
}

const patchStart = /^(?:diff --git |Index: |--- (?:a\/|\/dev\/null|\S+\t))/;

/** Shows as much of `text` as `limits` allow, cut at a line's end. */
export function parseTextBody(text: string, limits: TextLimits): TextBody {
  const blocks: Mutable[] = [];
  const isPatch = /^(?:diff --git |@@ -\d+(?:,\d+)? \+\d+)/m.test(text.slice(0, limits.characters));
  let inPatch = false;
  let inSignature = false;
  let at = 0;
  while (at < text.length && at < limits.characters && blocks.length < limits.blocks) {
    const newline = text.indexOf('\n', at);
    const end = Math.min(newline === -1 ? text.length : newline, at + limits.characters);
    const line = text.slice(at, end).replace(/\r$/, '');
    at = end + (end === newline ? 1 : 0);
    if (isPatch && patchStart.test(line)) inPatch = true;
    if (line === '-- ' || (line === '--' && isPatch)) {
      inSignature = true;
      inPatch = false;
    }
    // Who answers above the quote signs above it too.
    if (line.startsWith('>')) inSignature = false;
    if (inSignature) append(blocks, { kind: 'signature', text: line });
    else if (inPatch) append(blocks, { kind: 'patch', line: patchLine(line), text: line });
    else append(blocks, textOrQuote(line));
  }
  markTrailing(blocks);
  return { blocks, isPatch, rest: Math.max(0, text.length - at) };
}

type Mutable =
  | { kind: 'text' | 'signature'; text: string }
  | { kind: 'patch'; line: PatchLine; text: string }
  | { kind: 'quote'; parts: { level: number; text: string }[]; lines: number; trailing: boolean };

function append(blocks: Mutable[], next: Mutable): void {
  const last = blocks.at(-1);
  if (last?.kind === 'quote' && next.kind === 'quote') {
    const part = last.parts.at(-1);
    const added = next.parts[0];
    if (added === undefined) return;
    if (part?.level === added.level) part.text += `\n${added.text}`;
    else last.parts.push(added);
    last.lines++;
  } else if (last?.kind === 'patch' && next.kind === 'patch' && last.line === next.line) {
    last.text += `\n${next.text}`;
  } else if ((last?.kind === 'text' || last?.kind === 'signature') && next.kind === last.kind) {
    last.text += `\n${next.text}`;
  } else {
    blocks.push(next);
  }
}

const quoteMarks = /^(?:>[ \t]?){1,40}/;

function textOrQuote(line: string): Mutable {
  const marks = quoteMarks.exec(line)?.[0];
  if (marks === undefined || line.startsWith('>From ')) return { kind: 'text', text: line };
  const level = marks.split('>').length - 1;
  return { kind: 'quote', parts: [{ level, text: line.slice(marks.length) }], lines: 1, trailing: false };
}

function patchLine(line: string): PatchLine {
  if (
    /^(?:diff |index |Index: |--- |\+\+\+ |new file |deleted file |rename |copy |similarity |old mode |new mode |={10})/.test(
      line,
    )
  )
    return 'file';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'removed';
  return 'context';
}

/** A quote after which nothing of the writer's own follows is history: the page folds it. */
function markTrailing(blocks: readonly Mutable[]): void {
  for (let at = blocks.length - 1; at >= 0; at--) {
    const block = blocks[at];
    if (block?.kind === 'quote') {
      block.trailing = true;
      return;
    }
    if (block?.kind === 'patch' || (block?.kind === 'text' && block.text.trim() !== '')) return;
  }
}

export type TextRun = { readonly text: string; readonly href: string | null };

const linkLike =
  /\bhttps?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]{1,2000}|\bwww\.[^\s<>"'`\p{Cc}\p{Cf}]{1,2000}|\b(?:mailto:)?[\w.+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/giu;

/** Splits text into plain runs and links; what ends a sentence or closes a bracket is not part of a link. */
export function linkRuns(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let at = 0;
  for (const match of text.matchAll(linkLike)) {
    const found = trimLink(match[0]);
    if (match.index > at) runs.push({ text: text.slice(at, match.index), href: null });
    runs.push({ text: found, href: hrefOf(found) });
    at = match.index + found.length;
  }
  if (at < text.length) runs.push({ text: text.slice(at), href: null });
  return runs;
}

function trimLink(found: string): string {
  let end = found.length;
  for (; end > 0; end--) {
    const last = found[end - 1] ?? '';
    if (/[.,;:!?»”’…*_|\\]/.test(last)) continue;
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    if (opening !== undefined && !found.slice(0, end - 1).includes(opening)) continue;
    break;
  }
  return found.slice(0, end);
}

function hrefOf(found: string): string {
  if (/^(?:https?:\/\/|mailto:)/i.test(found)) return found;
  return /^www\./i.test(found) ? `https://${found}` : `mailto:${found}`;
}
