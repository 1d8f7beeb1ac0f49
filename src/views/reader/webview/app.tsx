import { useState } from 'preact/hooks';
import { Attachments } from './attachments';
import { Body } from './body';
import { Headers } from './headers';
import { Icon } from './icon';
import { post, strings } from './page';
import type { PageState } from './page-state';
import { ThreadStrip } from './thread-strip';
import { Toolbar } from './toolbar';

export function App({ state }: { state: PageState }) {
  const [tip, setTip] = useState<string | null>(null);
  const { message, ending, body } = state;
  if (ending !== null) return <Ending ending={ending} />;
  return (
    <>
      <Toolbar message={message} />
      <main tabIndex={-1} aria-labelledby="subject">
        {message === null ? (
          <div class="notice loading" role="status">
            <Icon name="loading" className="codicon-modifier-spin" /> {strings.loading}
          </div>
        ) : (
          <article key={message.emailId}>
            <Headers message={message} />
            <ThreadStrip message={message} />
            {body.state === 'ready' ? <Attachments emailId={message.emailId} list={body.attachments} /> : null}
            <Body emailId={message.emailId} size={message.size} state={state} onPointTo={setTip} />
          </article>
        )}
      </main>
      {tip === null || tip === '' ? null : (
        <div class="link-target" aria-hidden="true">
          {tip.split('\n').map((line, at) => (
            <div key={at} class={at === 0 ? '' : 'warning'}>
              {at === 0 ? null : <Icon name="warning" />} {line}
            </div>
          ))}
        </div>
      )}
      <div class="announcement" role="status" aria-live="polite">
        {message?.subject}
      </div>
    </>
  );
}

function Ending({ ending }: { ending: NonNullable<PageState['ending']> }) {
  const failed = ending.kind === 'failed' ? ending : null;
  return (
    <main tabIndex={-1}>
      <div class="notice" role="alert">
        <Icon name={failed === null ? 'mail-read' : 'error'} className="notice-icon" />
        <h2>{failed === null ? strings.gone : strings.failed}</h2>
        <p>{failed === null ? strings.goneText : failed.message}</p>
        {failed === null ? null : (
          <div class="buttons">
            <button type="button" class="button" onClick={() => post({ type: 'retry' })}>
              {strings.retry}
            </button>
            {failed.details === '' ? null : (
              <button
                type="button"
                class="button secondary"
                onClick={() => post({ type: 'showDetails', details: failed.details.slice(0, 20_000) })}
              >
                {strings.showDetails}
              </button>
            )}
          </div>
        )}
      </div>
    </main>
  );
}
