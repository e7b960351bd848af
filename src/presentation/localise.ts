/** The order in which the forms of a counted text stand; a language has some of them. */
const formOrder: readonly Intl.LDMLPluralRule[] = ['zero', 'one', 'two', 'few', 'many', 'other'];

const english = 'en';

let translations: Readonly<Record<string, string>> = {};
let language = english;

/**
 * Takes the texts of the reader's language, by the English ones with `{0}`, `{1}` … for what is filled in. Called once
 * and before every other module of a window or a page is read, because tables of texts are made when they are read.
 */
export function useTranslations(texts: Readonly<Record<string, string>>, readers: string): void {
  translations = texts;
  // Who reads English reads English numbers.
  language = Object.keys(texts).length > 0 && isLanguage(readers) ? readers : english;
}

/** A text in the reader's language; in English when there is no other. Every one of them stands in `l10n/bundle.l10n.json`. */
export function t(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const key = textKey(parts);
  return fillIn(translations[key] ?? key, values);
}

/**
 * A text with a count, which stands in it as `#`, in the form that the count needs: in English `# file | # files`. A
 * translation has as many forms as its language, in the order of `formOrder`.
 */
export function plural(count: number): typeof t {
  return (parts, ...values) => {
    const key = textKey(parts);
    const translated = translations[key];
    const forms = (translated ?? key).split(' | ');
    const place = formOf(count, translated === undefined ? english : language);
    const form = forms[place] ?? forms.at(-1) ?? '';
    return fillIn(form.split('#').join(formatNumber(count)), values);
  };
}

/** A number as the reader writes it. */
export function formatNumber(value: number): string {
  return value.toLocaleString(language);
}

/** The English text under which a translation stands. */
export function textKey(parts: readonly string[]): string {
  return parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
}

function formOf(count: number, of: string): number {
  const { rules, forms } = rulesOf(of);
  return forms.indexOf(rules.select(count));
}

interface CountRules {
  readonly rules: Intl.PluralRules;
  readonly forms: readonly Intl.LDMLPluralRule[];
}

const knownRules = new Map<string, CountRules>();

/** Made once: making them takes longer than using them. */
function rulesOf(of: string): CountRules {
  const known = knownRules.get(of);
  if (known !== undefined) return known;
  const rules = new Intl.PluralRules(of);
  const { pluralCategories } = rules.resolvedOptions();
  const made = { rules, forms: formOrder.filter((form) => pluralCategories.includes(form)) };
  knownRules.set(of, made);
  return made;
}

function fillIn(text: string, values: readonly (string | number)[]): string {
  return text.replaceAll(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place));
}

/** The editor's name of a language may be none that the platform knows. */
function isLanguage(name: string): boolean {
  try {
    return Intl.PluralRules.supportedLocalesOf(name).length > 0;
  } catch {
    return false;
  }
}
