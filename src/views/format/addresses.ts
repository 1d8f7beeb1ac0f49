import type { EmailAddress } from '../../model/email';
import { isolate, oneLine } from './text';

/** More people than this are counted, not named. */
const namedPeople = 3;

/** What a list calls a person: the name, else the address, else nothing. */
export function personName({ name, email }: EmailAddress): string {
  return oneLine(name ?? '', 80) || oneLine(email, 80);
}

/** `Ann, Bob, +2`. Empty where nobody is named. */
export function people(addresses: readonly EmailAddress[]): string {
  // A mail may have a hundred thousand recipients: look only at as many as can be shown.
  const names = addresses
    .slice(0, namedPeople)
    .map(personName)
    .filter((name) => name !== '');
  const more = addresses.length - namedPeople;
  return [...names.map(isolate), ...(more > 0 && names.length > 0 ? [`+${more}`] : [])].join(', ');
}

/** Name and address: the name that a sender gave never hides the address. */
export function nameAndAddress({ name, email }: EmailAddress): string {
  const [shownName, shownEmail] = [oneLine(name ?? '', 80), oneLine(email, 120)];
  if (shownName === '' || shownName === shownEmail) return shownEmail;
  return shownEmail === '' ? shownName : `${isolate(shownName)} <${shownEmail}>`;
}
