import { useState } from 'preact/hooks';
import type { MessageView, PersonView } from '../protocol';
import { fullDate, headerDate } from './format';
import { Icon } from './icon';
import { fill, post, strings } from './page';

export function Headers({ message }: { message: MessageView }) {
  const [author] = message.from;
  const date = message.sentAt ?? message.receivedAt;
  const dates = [
    message.sentAt === null ? null : fill(strings.sentAt, fullDate(message.sentAt)),
    fill(strings.receivedAt, fullDate(message.receivedAt)),
  ];
  return (
    <header class="headers">
      <div class="title-row">
        <h1 id="subject">{message.subject}</h1>
        <Marks message={message} />
      </div>
      <div class="sender-row">
        <Avatar person={author} />
        <div class="people">
          <div class="from">
            {message.from.length === 0 ? <span class="quiet">{strings.noSender}</span> : null}
            {message.from.map((person) => (
              <Person key={person.address} person={person} prominent />
            ))}
          </div>
          <People label={strings.sentBy} people={message.sender} />
          <People label={strings.to} people={message.to} whenEmpty={message.cc.length === 0 ? strings.nobody : null} />
          <People label={strings.cc} people={message.cc} />
          <People label={strings.bcc} people={message.bcc} />
          <People label={strings.replyTo} people={message.replyTo} />
        </div>
        <time class="date quiet" title={dates.filter((line) => line !== null).join('\n')}>
          {headerDate(date)}
        </time>
      </div>
      <Refused message={message} />
    </header>
  );
}

function Marks({ message }: { message: MessageView }) {
  return (
    <div class="marks">
      {message.pending === 'pending' ? (
        <span class="chip label">
          <Icon name="cloud-upload" label={strings.pending} />
          <span aria-hidden="true">{strings.waiting}</span>
        </span>
      ) : null}
      {message.pending === 'failed' ? <Icon name="error" className="failed" label={strings.changeFailed} /> : null}
      {message.flagged ? <Icon name="star-full" className="flag" label={strings.flagged} /> : null}
      {message.answered ? <Icon name="reply" label={strings.answered} /> : null}
      {message.forwarded ? <Icon name="arrow-right" label={strings.forwarded} /> : null}
      {message.unread ? <span class="chip unread">{strings.unread}</span> : null}
      {message.draft ? <span class="chip">{strings.draft}</span> : null}
      {message.mailboxes.map(({ name, icon }) => (
        <span key={name} class="chip" title={fill(strings.inMailbox, name)}>
          <Icon name={icon} />
          {name}
        </span>
      ))}
      {message.labels.map((label) => (
        <span key={label} class="chip label">
          {label}
        </span>
      ))}
    </div>
  );
}

/** A colour of the theme's charts for each sender, always the same. */
function Avatar({ person }: { person: PersonView | undefined }) {
  const letter = /[\p{L}\p{N}]/u.exec(person?.name ?? person?.address ?? '')?.[0]?.toUpperCase() ?? '?';
  let hash = 0;
  for (const character of person?.address.toLowerCase() ?? '') hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 6;
  return (
    <div class={`avatar colour-${hash}`} aria-hidden="true">
      {letter}
    </div>
  );
}

const shownAtFirst = 4;

function People({
  label,
  people,
  whenEmpty = null,
}: {
  label: string;
  people: readonly PersonView[];
  whenEmpty?: string | null;
}) {
  const [all, setAll] = useState(false);
  if (people.length === 0 && whenEmpty === null) return null;
  const shown = all || people.length <= shownAtFirst + 1 ? people : people.slice(0, shownAtFirst);
  return (
    <div class="addresses">
      <span class="field quiet">{label}</span>
      <span class="list">
        {people.length === 0 ? <span class="quiet">{whenEmpty}</span> : null}
        {shown.map((person, at) => (
          <span key={at}>
            <Person person={person} />
            {at < shown.length - 1 ? ', ' : ''}
          </span>
        ))}
        {people.length > shownAtFirst + 1 ? (
          <button type="button" class="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? strings.fewer : fill(strings.more, people.length - shownAtFirst)}
          </button>
        ) : null}
      </span>
    </div>
  );
}

/** The address always stands there: a name is what its writer likes it to be. */
function Person({ person, prominent = false }: { person: PersonView; prominent?: boolean }) {
  const { name, address, misleading, unicodeDomain } = person;
  return (
    <span class={prominent ? 'person prominent' : 'person'}>
      {name === null ? null : <bdi class="name">{name}</bdi>}{' '}
      <bdi class={name === null ? 'address alone' : 'address'}>{name === null ? address : `<${address}>`}</bdi>
      {unicodeDomain === null ? null : (
        <span class="note" title={fill(strings.internationalDomain, unicodeDomain)}>
          <Icon name="globe" label={fill(strings.internationalDomain, unicodeDomain)} /> {unicodeDomain}
        </span>
      )}
      {misleading ? (
        <span class="note warning">
          <Icon name="warning" /> {strings.misleadingName}
        </span>
      ) : null}
    </span>
  );
}

/** Each change that was refused, with what can be done about it. */
function Refused({ message: { emailId, refused } }: { message: MessageView }) {
  const [before = '', after = ''] = strings.failedChange.split('{0}');
  return refused.map(({ changeId, what, why }) => (
    <div key={changeId} class="bar error" role="alert">
      <Icon name="error" />
      <span class="bar-text">
        {before}
        <strong>{what}</strong>
        {after.replace('{1}', () => why)}
      </span>
      <button type="button" class="bar-button" onClick={() => post({ type: 'retryChange', emailId, changeId })}>
        {strings.retry}
      </button>
      <button
        type="button"
        class="bar-button secondary"
        onClick={() => post({ type: 'discardChange', emailId, changeId })}
      >
        {strings.discard}
      </button>
    </div>
  ));
}
