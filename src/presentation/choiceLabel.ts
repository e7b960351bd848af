/** What a choice says, and the icon in front of it. */
export interface SplitLabel {
  /** A codicon; null when there is none. */
  readonly icon: string | null;
  readonly text: string;
}

/** An icon in a text is read out by its name, "circle-slash Deny", so it is taken out of it. */
export function splitLabel(label: string): SplitLabel {
  const [, icon = null, text = label] = /^\$\(([a-z-]+)\) (.+)$/su.exec(label) ?? [];
  return { icon, text: hideIcons(text) };
}

/**
 * Text of which the editor draws all as it stands. It would draw `$(date)` as an icon, or as nothing where it has none of
 * that name, and then what is asked about would not be what runs; with a space of no width in it that is text.
 */
export function hideIcons(text: string): string {
  return text.replaceAll('$(', '$\u200B(');
}
