import type { Chosen, MessageNode } from '../messages/message-nodes';
import type { Reader, ShownMessage } from '../view-context';
import type { CommandInput } from './command-input';

/** What of the list and the reader decides. */
interface ChosenInList {
  readonly selectedNodes: readonly MessageNode[];
  chosen(nodes: readonly MessageNode[]): readonly Chosen[];
}
type ShownInReader = Pick<Reader, 'current' | 'hasFocus'>;

/**
 * What a command acts on: the nodes of the menu it came from; where a key was pressed; else the reader while it has the focus, else
 * what is selected in the list, else the message in the reader. Empty: nothing is chosen.
 */
export function chooseTargets(input: CommandInput, list: ChosenInList, reader: ShownInReader): readonly Chosen[] {
  const selected = (): readonly Chosen[] => list.chosen(list.selectedNodes);
  const shown = (): readonly Chosen[] => (reader.current === null ? [] : [chosenInReader(reader.current)]);
  switch (input.from) {
    case 'nodes':
      return list.chosen(input.nodes);
    case 'list':
      return selected();
    case 'reader':
      return shown();
    case 'palette': {
      const [first, second] = reader.hasFocus ? [shown(), selected()] : [selected(), shown()];
      return first.length > 0 ? first : second;
    }
  }
}

function chosenInReader(message: ShownMessage): Chosen {
  return { target: { emailId: message.emailId, mailboxId: message.mailboxId }, message, listed: null };
}
