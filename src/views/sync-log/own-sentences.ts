/** Why a list of messages was in doubt (S9). */
const doubts = [
  'the server gave no total',
  'an empty page after # of #',
  'the same page twice: the position was ignored',
  'the list changed meanwhile',
  '# ids, but # messages in all',
  '# ids, but no messages in all',
];

/**
 * What the engine itself writes into the log: sentences of its own, with numbers at most (here `#`). A unit test holds this
 * list to the engine's source.
 */
const sentences: ReadonlySet<string> = new Set([
  'Connected.',
  'Nothing new.',
  '# new, # changed, # gone; # mailboxes.',
  '# of # messages are here; goes on.',
  '# of an unknown number of messages are here; goes on.',
  'All # messages are here.',
  'Changes taken: #, refused: #.',
  'The server has no push: asking now and then.',
  'Checked: nothing was wrong.',
  'Checked: # found wrong, # of them mended.',
  'The mail database was damaged. It was set aside, and mail is fetched again.',
  'The mail database was not there any more. Mail is fetched again.',
  'A backup was restored. The database that it replaced was kept.',
  'The store of message texts was damaged and made anew. Texts are fetched again when they are opened.',
  'A mailbox could not be read.',
  'The server numbered a mailbox anew: its messages are matched again.',
  'The server said that much mail is gone which it still has: that was not believed.',
  'The server lists fewer messages than it says it has: nothing is deleted.',
  'There are messages that the server cannot give: they are left out.',
  'There are messages that the server lists and does not hand out: they are left out for now.',
  'Deleted messages stay marked on the server, because other marked ones would be expunged with them.',
  'More mail left a mailbox than was deleted here: others may have marked it just then.',
  'The server sent # messages without an id; they are left out.',
  'The server sent a mailbox that makes no sense; it is left out.',
  'The server put messages in mailboxes that it does not show; they are shown in their others.',
  'The server could not say what changed since the last time: all messages are compared with it.',
  'The server lists # messages that it does not hand out.',
  'The server has one that is too large to be fetched; it is left out.',
  ...doubts.map(
    (doubt) => `Nothing is deleted here, because the server's list of messages was not certainly complete: ${doubt}.`,
  ),
]);

/** Nothing else gets into a bug report: a server's words may quote a person, a mail or a secret. */
export function isOwnSentence(message: string): boolean {
  return sentences.has(message.replaceAll(/\d+/g, '#'));
}
