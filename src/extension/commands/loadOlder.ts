import { protectMessages } from '../../presentation/protectText.ts';
import { noOlderText } from '../../presentation/text.ts';
import type { CommandParts } from './commandParts.ts';

/** Brings decisions from further back into the tree, or says why it does not. */
export async function loadOlder({ views, notices }: CommandParts): Promise<void> {
  const added = await views.decisions.loadOlder();
  if (!added.ok) notices.warn(protectMessages.notReached(added.error));
  else if (added.value === 0) notices.mention(noOlderText);
}
