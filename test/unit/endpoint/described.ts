import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import type { Exchange } from './runningEndpoint.ts';

const description = parse(readFileSync('docs/openapi.yaml', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, UnknownRecord>>>>;
};

/** Makes every object a closed one: a field that is not described fails here, whatever a client may meet later. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (!isRecord(schema)) return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  return isRecord(schema['properties']) ? { unevaluatedProperties: false, ...closed } : closed;
}

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components']);
const closed = close(description);
assert.ok(isRecord(closed));
ajv.addSchema(closed, 'closed');
ajv.addSchema({ ...description }, 'open');

/** Every answer that docs/openapi.yaml describes with a body of its own, as `METHOD PATH STATUS`. */
export function describedAnswers(): readonly string[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries(isRecord(responses) ? responses : {})
        .filter(([, response]) => isRecord(response) && response['content'] !== undefined)
        .map(([status]) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  );
}

/** Holds a request's body against the description of an operation, `METHOD PATH`; `open` for one of a client with keys of its own. */
export function checkDescribedBody(
  operation: string,
  body: unknown,
  form: 'closed' | 'open' = 'closed',
): void {
  const schema = `${placeOf(operation)}/requestBody/content/application~1json/schema`;
  check(`${form}${schema}`, body, operation);
}

/** Holds an answer against it: one that has no description of its own is a refusal like any other. */
export function checkDescribedAnswer(operation: string, answer: Exchange): void {
  const { status, text, body, headers } = answer;
  const type = headers['content-type'] ?? '';
  const has = describedAnswers().includes(`${operation} ${status}`);
  const schema = has
    ? `${placeOf(operation)}/responses/${status}/content/${escape(type)}/schema`
    : '#/components/schemas/Error';
  if (!has) assert.ok(status >= 400, `${operation} has no ${status}`);
  check(`closed${schema}`, type === 'application/json' ? body : text, operation);
}

function placeOf(operation: string): string {
  const [method = '', path = ''] = operation.split(' ');
  return `#/paths/${escape(path)}/${method.toLowerCase()}`;
}

function check(pointer: string, value: unknown, operation: string): void {
  const validate = ajv.getSchema(pointer);
  assert.ok(validate !== undefined, `${operation} has no ${pointer}`);
  const errors = validate(value) === true ? [] : validate.errors;
  assert.deepEqual(errors, [], `${operation}: ${JSON.stringify(value)}`);
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
