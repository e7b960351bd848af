// @ts-check
// Finds the texts that people read: what stands behind `t` in src/, as src/presentation/localise.ts looks it up.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** @returns {Record<string, string>} every text under itself, in the order of the alphabet */
export function readTexts() {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const texts = files.flatMap((name) => textsIn(join('src', name)));
  return Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
}

/** @param {string} file @returns {string[]} */
function textsIn(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  /** @type {string[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && node.tag.text === 't')
      found.push(keyOf(node.template));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** @param {ts.TemplateLiteral} template */
function keyOf(template) {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  const rest = template.templateSpans.map(({ literal }, index) => `{${index}}${literal.text}`);
  return template.head.text + rest.join('');
}
