import { post } from './page';

/** The host cannot know whether the keys go to this page or to the tree beside it: the page says so. */
export function reportFocus(): void {
  window.addEventListener('focus', () => post({ type: 'focus', focused: true }));
  window.addEventListener('blur', reportBlur);
  if (document.hasFocus()) post({ type: 'focus', focused: true });
}

/** Focus that goes from the page into the mail, or back, has not left. */
export function reportBlur(): void {
  setTimeout(() => post({ type: 'focus', focused: document.hasFocus() }), 0);
}
