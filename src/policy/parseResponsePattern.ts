import { RE2JS } from 're2js';
import { messageOf } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { failure, success } from '../base/result.ts';
import type { ResponsePattern } from './condition.ts';

/** The longest regular expression that loads. */
const maxExpressionLength = 500;

/** Reads a regular expression in RE2's syntax, which runs in time proportional to what it searches. */
export function parseResponsePattern(source: string): Result<ResponsePattern, string> {
  if (source.length > maxExpressionLength)
    return failure(`expression is longer than ${maxExpressionLength} characters`);
  if (/\([^()]*[+*][^()]*\)[+*]/.test(source))
    return failure('expression has a quantifier inside a quantified group');
  try {
    const expression = RE2JS.compile(source);
    return success({ source, test: (output) => expression.matcher(output).find() });
  } catch (thrown) {
    return failure(`expression is not valid: ${messageOf(thrown)}`);
  }
}
