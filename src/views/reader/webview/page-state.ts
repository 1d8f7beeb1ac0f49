import type { BodyView, FailureView, MessageView, PanelState, ToPage } from '../protocol';

/** What the page shows. It changes only by what the host says (`receive`). */
export interface PageState {
  readonly panel: PanelState | null;
  readonly message: MessageView | null;
  readonly body: BodyView;
  readonly inline: Readonly<Record<string, string>>;
  /** Remote image → `data:` URL, or null where it could not be had. */
  readonly images: ReadonlyMap<string, string | null>;
  readonly ending: { readonly kind: 'gone' } | ({ readonly kind: 'failed' } & FailureView) | null;
}

export const initialState: PageState = {
  panel: null,
  message: null,
  body: { state: 'loading' },
  inline: {},
  images: new Map(),
  ending: null,
};

/** What is said of another message than the one shown comes too late, and is let go. */
export function receive(state: PageState, said: ToPage): PageState {
  if ('emailId' in said && said.emailId !== state.panel?.emailId) return state;
  switch (said.type) {
    case 'show':
      return state.panel?.emailId === said.state.emailId
        ? { ...state, panel: said.state, ending: null }
        : { ...initialState, panel: said.state };
    case 'message':
      return said.message.emailId === state.panel?.emailId ? { ...state, message: said.message, ending: null } : state;
    case 'body':
      return { ...state, body: said.body };
    case 'inline':
      return { ...state, inline: said.images };
    case 'images': {
      const images = new Map(state.images);
      for (const { url, data } of said.images) images.set(url, data);
      return { ...state, images };
    }
    case 'gone':
      return { ...state, ending: { kind: 'gone' } };
    case 'failed':
      return { ...state, ending: { ...said, kind: 'failed' } };
  }
}
