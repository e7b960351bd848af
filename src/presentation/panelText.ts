import { formatCount } from './text.ts';

/** How many of the decisions are shown. */
export function formatTableCount(shown: number, all: number): string {
  const total = formatCount(all, 'decision');
  return shown === all ? total : `${shown.toLocaleString('en-US')} of ${total}`;
}

/** What stands where there are no rows. */
export function emptyPanelText(state: {
  readonly guardEnabled: boolean;
  readonly isFiltered: boolean;
}): string {
  if (state.isFiltered) return 'No decision that is loaded matches what you look for.';
  return state.guardEnabled
    ? 'Nothing was denied. A command that the policy refuses shows up here, with the reason.'
    : 'Rampart is off, so nothing is denied.';
}
