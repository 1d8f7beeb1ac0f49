import type { Chosen, MessageNode } from '../messages/message-nodes';
import { untilTold } from '../until-told';
import type { Reader, ShownMessage } from '../view-context';
import type { CommandInput } from './command-input';

/** What of the list and the reader decides. */
interface ChosenInList {
  readonly selectedNodes: readonly MessageNode[];
  /** VS Code has told of a selection, and of no end of it. */
  readonly hasSelection: boolean;
  chosen(nodes: readonly MessageNode[]): readonly Chosen[];
}
type ShownInReader = Pick<Reader, 'current' | 'hasFocus'>;

/**
 * `chooseTargets`, patient: while VS Code draws the list again (mail came in, an action was undone) it tells of no selection,
 * although the person sees one. A key pressed in that moment would be lost, and a command of the palette would take the
 * message in the reader for the one that is selected.
 */
export async function awaitTargets(
  input: CommandInput,
  list: ChosenInList,
  reader: ShownInReader,
): Promise<readonly Chosen[]> {
  const isUntold = (): boolean => {
    const nodes = list.selectedNodes;
    if (input.from !== 'list' && !(input.from === 'palette' && list.hasSelection && !reader.hasFocus)) return false;
    return list.chosen(nodes).length === 0 && !nodes.some(({ kind }) => kind === 'more');
  };
  await untilTold(isUntold);
  return chooseTargets(input, list, reader);
}

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
