import { useEffect, useState } from 'preact/hooks';
import type { BodyView } from '../protocol';
import { formatCount } from './format';
import { Icon } from './icon';
import { fill, post, strings } from './page';

interface ImageBarProps {
  emailId: number;
  /** Remote images of the mail, loaded or not. */
  urls: readonly string[];
  loaded: ReadonlyMap<string, string | null>;
  body: Extract<BodyView, { state: 'ready' }>;
}

/** As many as the engine takes in one request. */
const maxImages = 200;

/** Says what is not loaded, and lets the person say so once or for the sender. Nothing is asked for before that. */
export function ImageBar({ emailId, urls, loaded, body }: ImageBarProps) {
  const [asked, setAsked] = useState(false);
  const wanted = urls.slice(0, maxImages);
  const missing = wanted.filter((url) => !loaded.has(url));
  const failed = wanted.filter((url) => loaded.get(url) === null).length;
  const load = () => {
    if (missing.length === 0) return;
    setAsked(true);
    post({ type: 'loadImages', emailId, urls: missing });
  };
  useEffect(() => {
    if (body.imagesAllowed && !asked) load();
  }, [body.imagesAllowed, missing.length]);

  if (urls.length === 0) return null;
  if (asked && missing.length > 0) {
    return (
      <div class="bar" role="status">
        <Icon name="loading" className="codicon-modifier-spin" />
        <span class="bar-text">{strings.imagesLoading}</span>
      </div>
    );
  }
  if (missing.length === 0) {
    const notes = [
      failed > 0 ? fill(strings.imagesFailed, formatCount(failed)) : null,
      urls.length > maxImages ? fill(strings.tooManyImages, maxImages) : null,
    ].filter((note) => note !== null);
    if (notes.length === 0) return null;
    return (
      <div class="bar" role="status">
        <Icon name="info" />
        <span class="bar-text">{notes.join(' ')}</span>
      </div>
    );
  }
  const sender = body.trustableSender;
  return (
    <div class="bar images" role="status">
      <Icon name="eye-closed" />
      <span class="bar-text">
        {missing.length === 1 ? strings.imageBlocked : fill(strings.imagesBlocked, formatCount(urls.length))}
      </span>
      <button type="button" class="bar-button" onClick={load}>
        {strings.loadImages}
      </button>
      {sender === null ? null : (
        <button
          type="button"
          class="bar-button secondary"
          onClick={() => {
            post({ type: 'trustSender', emailId });
            load();
          }}
        >
          {fill(strings.alwaysLoad, sender)}
        </button>
      )}
    </div>
  );
}
