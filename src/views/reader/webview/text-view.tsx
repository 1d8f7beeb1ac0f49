import { useMemo, useState } from 'preact/hooks';
import { checkLink } from '../link-check';
import { formatCount } from './format';
import { linkTip } from './link-tip';
import { fill, post, strings } from './page';
import { linkRuns, parseTextBody, type TextBlock } from './text-body';

/** Steps in which a long text is shown, so that no message stalls the page. */
const step = { characters: 200_000, blocks: 3000 };

export function TextView({ text, onPointTo }: { text: string; onPointTo: (tip: string | null) => void }) {
  const [steps, setSteps] = useState(1);
  const body = useMemo(
    () => parseTextBody(text, { characters: step.characters * steps, blocks: step.blocks * steps }),
    [text, steps],
  );
  return (
    <div class={`text-body ${body.isPatch ? 'patch' : ''}`}>
      {body.blocks.map((block, at) => (
        <Block key={at} block={block} onPointTo={onPointTo} />
      ))}
      {body.rest > 0 ? (
        <button type="button" class="link-button" onClick={() => setSteps(steps + 1)}>
          {fill(strings.showMore, formatCount(body.rest))}
        </button>
      ) : null}
    </div>
  );
}

type BlockProps = { block: TextBlock; onPointTo: (tip: string | null) => void };

function Block({ block, onPointTo }: BlockProps) {
  if (block.kind === 'quote') return <Quote block={block} onPointTo={onPointTo} />;
  const classes = block.kind === 'patch' ? `patch-line ${block.line}` : block.kind;
  return (
    <div class={classes}>
      <Linked text={block.text} onPointTo={onPointTo} />
    </div>
  );
}

/** History at the end is folded once it is more than a few lines; what is answered between stays open. */
const foldedFrom = 8;

function Quote({
  block,
  onPointTo,
}: {
  block: Extract<TextBlock, { kind: 'quote' }>;
  onPointTo: BlockProps['onPointTo'];
}) {
  const parts = block.parts.map((part, at) => (
    <div
      key={at}
      class={`quote level-${((part.level - 1) % 4) + 1}`}
      style={{ marginInlineStart: `${Math.min(part.level - 1, 8)}em` }}
    >
      <Linked text={part.text} onPointTo={onPointTo} />
    </div>
  ));
  if (block.lines < foldedFrom) return <div class="quotes">{parts}</div>;
  return (
    <details class="quotes" open={!block.trailing}>
      <summary class="quiet">{fill(strings.quoted, formatCount(block.lines))}</summary>
      {parts}
    </details>
  );
}

function Linked({ text, onPointTo }: { text: string; onPointTo: (tip: string | null) => void }) {
  const runs = useMemo(() => linkRuns(text), [text]);
  return (
    <>
      {runs.map((run, at) =>
        run.href === null ? run.text : <TextLink key={at} href={run.href} text={run.text} onPointTo={onPointTo} />,
      )}
      {text === '' || text.endsWith('\n') ? <br /> : null}
    </>
  );
}

function TextLink({ href, text, onPointTo }: { href: string; text: string; onPointTo: (tip: string | null) => void }) {
  const check = checkLink(href, text);
  if (!check.ok) return <>{text}</>;
  const tip = linkTip(check);
  return (
    <a
      href="#"
      class={check.warnings.length > 0 ? 'suspicious' : ''}
      title={tip}
      onClick={(event) => {
        event.preventDefault();
        // VS Code's own listener would follow `#` to the top.
        event.stopPropagation();
        post({ type: 'openLink', href, text: text.slice(0, 500) });
      }}
      onMouseEnter={() => onPointTo(tip)}
      onMouseLeave={() => onPointTo(null)}
      onFocus={() => onPointTo(tip)}
      onBlur={() => onPointTo(null)}
    >
      {text}
    </a>
  );
}
