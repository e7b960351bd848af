let translations: Readonly<Record<string, string>> = {};

/**
 * Takes the texts of the reader's language, by the English ones with `{0}`, `{1}` … for what is filled in. Called once
 * and before every other module of a window or a page is read, because tables of texts are made when they are read.
 */
export function useTranslations(texts: Readonly<Record<string, string>>): void {
  translations = texts;
}

/** A text in the reader's language; in English when there is no other. Every one of them stands in `l10n/bundle.l10n.json`. */
export function t(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const english = textKey(parts);
  const translated = translations[english] ?? english;
  return translated.replaceAll(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place));
}

/** The English text under which a translation stands. */
export function textKey(parts: readonly string[]): string {
  return parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
}
