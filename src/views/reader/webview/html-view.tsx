import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { BodyView } from '../protocol';
import { cleanHtml, type MailLink } from './clean-html';
import { copyFrom } from './forward-keys';
import type { Colours } from './frame-style';
import { Icon } from './icon';
import { ImageBar } from './image-bar';
import { linkTip } from './link-tip';
import { MailFrame } from './mail-frame';
import { post, strings } from './page';
import type { PageState } from './page-state';
import { RemoteImages } from './remote-images';
import { onThemeChange } from './theme';

interface HtmlViewProps {
  emailId: number;
  html: string;
  body: Extract<BodyView, { state: 'ready' }>;
  state: PageState;
  onPlainText: (() => void) | null;
  onPointTo: (tip: string | null) => void;
}

export function HtmlView({ emailId, html, body, state, onPlainText, onPointTo }: HtmlViewProps) {
  const [chosen, setChosen] = useState<Colours | null>(null);
  const { mail, urls } = useMemo(() => {
    const images = new RemoteImages(state.images, state.inline);
    const mail = cleanHtml(html, images);
    return { mail, urls: images.urls };
  }, [html, state.images, state.inline]);
  const colours = chosen ?? (mail.designed ? 'paper' : 'theme');

  const iframe = useRef<HTMLIFrameElement>(null);
  const frame = useRef<MailFrame | null>(null);
  useLayoutEffect(() => {
    if (iframe.current === null) return;
    const created = new MailFrame(iframe.current, {
      onLink: ({ href, text }: MailLink) => post({ type: 'openLink', href, text }),
      onPointTo: (link) => onPointTo(link === null ? null : linkTip(link.check)),
    });
    frame.current = created;
    const stopCopying = copyFrom(() => iframe.current?.contentWindow?.getSelection() ?? null);
    return () => {
      stopCopying();
      created.dispose();
    };
  }, []);
  useLayoutEffect(() => void frame.current?.show(mail, colours), [mail]);
  useEffect(() => {
    frame.current?.setColours(colours);
    return onThemeChange(() => frame.current?.setColours(colours));
  }, [colours]);

  return (
    <>
      <ImageBar emailId={emailId} urls={urls} loaded={state.images} body={body} />
      <div class="body-options">
        <button
          type="button"
          class="link-button"
          onClick={() => setChosen(colours === 'paper' ? 'theme' : 'paper')}
          title={colours === 'paper' ? strings.themeColours : strings.originalColours}
        >
          <Icon name="color-mode" /> {colours === 'paper' ? strings.themeColours : strings.originalColours}
        </button>
        {onPlainText === null ? null : (
          <button type="button" class="link-button" onClick={onPlainText}>
            <Icon name="list-flat" /> {strings.plainText}
          </button>
        )}
      </div>
      <iframe ref={iframe} class={`mail-frame ${colours}`} title={strings.body} sandbox="allow-same-origin" />
    </>
  );
}
