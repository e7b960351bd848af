import { isRecord, parseJson } from '../base/record.ts';
import { useTranslations } from '../presentation/localise.ts';

// Read before every other module of the page: tables of texts are made when their modules are.
const given = parseJson(document.body.dataset['texts'] ?? '');
const texts = given.ok && isRecord(given.value) ? Object.entries(given.value) : [];
useTranslations(
  Object.fromEntries(texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  document.documentElement.lang,
);
