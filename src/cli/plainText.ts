/** A text of somebody else's for one line of a terminal: a command may hold anything, and a terminal must not obey it. */
export function replaceControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
