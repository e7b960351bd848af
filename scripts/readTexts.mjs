// @ts-check
// Finds the texts that people read: what stands behind `t` and `plural(…)` in src/, as src/presentation/localise.ts looks it up.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** @returns {Record<string, string>} every text under itself, in the order of the alphabet */
export function readTexts() {
  const texts = readTemplates().map(({ template }) => keyOf(template));
  return Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
}

/** @returns {string[]} texts into which another text is put, where they stand: no language but English can be sure of its order */
export function readNestedTexts() {
  const isText = (/** @type {ts.Node} */ node) => ts.isTaggedTemplateExpression(node) && isOurs(node.tag);
  /** @type {(node: ts.Node) => boolean} */
  const holdsText = (node) => isText(node) || ts.forEachChild(node, holdsText) === true;
  return readTemplates().flatMap(({ file, template }) => {
    const spans = ts.isTemplateExpression(template) ? template.templateSpans : [];
    return spans.some(({ expression }) => holdsText(expression)) ? [`${file}: ${keyOf(template)}`] : [];
  });
}

/** @type {{ file: string, template: ts.TemplateLiteral }[] | undefined} */
let templates;

function readTemplates() {
  return (templates ??= readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => templatesIn(join('src', name)).map((template) => ({ file: name, template }))));
}

/** @param {string} file @returns {ts.TemplateLiteral[]} */
function templatesIn(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  /** @type {ts.TemplateLiteral[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && isOurs(node.tag)) found.push(node.template);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** @param {ts.Expression} tag */
function isOurs(tag) {
  const name = ts.isCallExpression(tag) ? tag.expression : tag;
  return ts.isIdentifier(name) && name.text === (name === tag ? 't' : 'plural');
}

/** @param {ts.TemplateLiteral} template */
function keyOf(template) {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  const rest = template.templateSpans.map(({ literal }, index) => `{${index}}${literal.text}`);
  return template.head.text + rest.join('');
}
