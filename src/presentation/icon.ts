/** An icon by the editor's own names: a codicon, and the theme colour it is drawn in. */
export interface Icon {
  readonly id: string;
  /** A theme colour id; null draws it in the colour of the text beside it. */
  readonly color: string | null;
}

/** Theme colours that keep their meaning in light, dark and high-contrast themes. */
export const iconColors = {
  denied: 'testing.iconFailed',
  // The green of tests cannot be told from the background of a light theme.
  allowed: 'charts.green',
  attention: 'testing.iconQueued',
  quiet: 'testing.iconSkipped',
} as const;
