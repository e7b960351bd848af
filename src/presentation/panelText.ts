import { formatNumber, plural, t } from './localise.ts';

/** How many of the decisions are shown. */
export function formatTableCount(shown: number, all: number): string {
  if (shown === all) return plural(all)`# decision | # decisions`;
  const part = formatNumber(shown);
  return plural(all)`${part} of # decision | ${part} of # decisions`;
}

/** What stands where there are no rows. */
export function emptyPanelText(state: {
  readonly guardEnabled: boolean;
  readonly isFiltered: boolean;
}): string {
  if (state.isFiltered) return t`No decision that is loaded matches what you look for.`;
  return state.guardEnabled
    ? t`Nothing was denied. A command that the policy refuses shows up here, with the reason.`
    : t`Rampart is off, so nothing is denied.`;
}
