/** The reader's page: shows what the host says, tells the host what the person does. */
import { render } from 'preact';
import type { ToPage } from '../protocol';
import { App } from './app';
import { reportFocus } from './focus';
import { post, savedState, saveState } from './page';
import { initialState, receive, type PageState } from './page-state';
import './reader.css';
import './headers.css';
import './lists.css';
import './body.css';

let state: PageState = initialState;
/** Where the person was before the panel was hidden or the window reloaded; used up by the first body that is shown. */
let scrollTo = savedState()?.scroll ?? 0;

window.addEventListener('message', ({ data, source }: MessageEvent<ToPage>) => {
  // Only the host talks to this page. A frame without scripts cannot, and is not heard if it could.
  if ([...document.querySelectorAll('iframe')].some(({ contentWindow }) => contentWindow === source)) return;
  show(receive(state, data));
});

function show(next: PageState): void {
  const another = next.panel?.emailId !== state.panel?.emailId;
  const first = state.panel === null;
  state = next;
  const root = document.getElementById('reader');
  if (root === null) return;
  if (another) takeFocusFromMail();
  render(<App state={state} />, root);
  if (another && !first) scrollTo = 0;
  if (another) window.scrollTo(0, 0);
  if (state.body.state === 'ready' && scrollTo > 0) restoreScroll();
  if (state.panel !== null) saveState({ ...state.panel, scroll: another && !first ? 0 : Math.round(window.scrollY) });
}

/** The mail's frame is about to go: the focus in it would leave the page with it, and keys with the focus. */
function takeFocusFromMail(): void {
  if (document.activeElement?.tagName === 'IFRAME') document.querySelector('main')?.focus({ preventScroll: true });
}

/** The frame takes its height a little later than its nodes. */
function restoreScroll(): void {
  const target = scrollTo;
  scrollTo = 0;
  const started = performance.now();
  const attempt = () => {
    window.scrollTo(0, target);
    if (Math.abs(window.scrollY - target) > 2 && performance.now() - started < 1000) requestAnimationFrame(attempt);
  };
  attempt();
}

let saving: ReturnType<typeof setTimeout> | undefined;
window.addEventListener('scroll', () => {
  clearTimeout(saving);
  saving = setTimeout(() => {
    if (state.panel !== null) saveState({ ...state.panel, scroll: Math.round(window.scrollY) });
  }, 200);
});

reportFocus();
render(<App state={state} />, document.getElementById('reader') ?? document.body);
post({ type: 'ready' });
