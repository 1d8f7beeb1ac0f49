import { useMemo, useState } from 'preact/hooks';
import type { BodyView } from '../protocol';
import { formatSize } from './format';
import { forcedLimits, isWithin, usualLimits } from './html-limits';
import { htmlToText } from './html-text';
import { HtmlView } from './html-view';
import { Icon } from './icon';
import { fill, post, strings } from './page';
import type { PageState } from './page-state';
import { TextView } from './text-view';

interface BodyProps {
  emailId: number;
  /** Octets of the message. */
  size: number;
  state: PageState;
  onPointTo: (tip: string | null) => void;
}

export function Body(props: BodyProps) {
  const { body } = props.state;
  if (body.state === 'loading') return <Loading />;
  if (body.state === 'failed') return <Failed body={body} />;
  return <ReadyBody {...props} body={body} />;
}

function Loading() {
  return (
    <div class="notice loading" role="status">
      <Icon name="loading" className="codicon-modifier-spin" /> {strings.loadingBody}
    </div>
  );
}

function Failed({ body }: { body: Extract<BodyView, { state: 'failed' }> }) {
  return (
    <div class="notice" role="alert">
      <Icon name={body.offline ? 'cloud-download' : 'error'} className="notice-icon" />
      <h2>{body.offline ? strings.offlineTitle : strings.bodyFailed}</h2>
      <p>{body.offline ? strings.offlineText : body.message}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => post({ type: 'retry' })}>
          {strings.retry}
        </button>
        {body.details === '' ? null : (
          <button
            type="button"
            class="button secondary"
            onClick={() => post({ type: 'showDetails', details: body.details.slice(0, 20_000) })}
          >
            {strings.showDetails}
          </button>
        )}
      </div>
    </div>
  );
}

/** As much of an HTML bomb as is read for its text. */
const textOfHtml = 400_000;

function ReadyBody({
  emailId,
  size,
  state,
  body,
  onPointTo,
}: BodyProps & { body: Extract<BodyView, { state: 'ready' }> }) {
  const [forced, setForced] = useState(false);
  const [plain, setPlain] = useState(false);
  const { html, text } = body;
  const limits = forced ? forcedLimits : usualLimits;
  const showHtml = useMemo(
    () => html !== null && html.trim() !== '' && !body.htmlCut && isWithin(html, limits),
    [html, body.htmlCut, forced],
  );
  const shownText = useMemo(
    () =>
      text !== null && (text.trim() !== '' || html === null) ? text : htmlToText((html ?? '').slice(0, textOfHtml)),
    [text, html],
  );
  const tooLarge = html !== null && html.trim() !== '' && !showHtml;
  const showAnyway = () => {
    setForced(true);
    if (body.htmlCut) post({ type: 'showFullHtml', emailId });
  };
  return (
    <section class="body" aria-label={strings.body}>
      {tooLarge ? (
        <div class="bar" role="status">
          <Icon name="info" />
          <span class="bar-text">{fill(forced ? strings.htmlRefused : strings.htmlTooLarge, formatSize(size))}</span>
          {forced ? null : (
            <button type="button" class="bar-button secondary" onClick={showAnyway}>
              {strings.showAnyway}
            </button>
          )}
        </div>
      ) : null}
      {showHtml && !plain && html !== null ? (
        <HtmlView
          emailId={emailId}
          html={html}
          body={body}
          state={state}
          onPlainText={text === null ? null : () => setPlain(true)}
          onPointTo={onPointTo}
        />
      ) : (
        <>
          {showHtml ? (
            <div class="body-options">
              <button type="button" class="link-button" onClick={() => setPlain(false)}>
                <Icon name="preview" /> {strings.formatted}
              </button>
            </div>
          ) : null}
          {shownText.trim() === '' ? (
            <div class="notice quiet">{strings.emptyBody}</div>
          ) : (
            <TextView text={shownText} onPointTo={onPointTo} />
          )}
        </>
      )}
      {body.truncated ? <div class="bar">{strings.truncated}</div> : null}
    </section>
  );
}
