import { isRecord } from '../../../src/base/record.ts';
import { lastWords, recordsOf, resultText, textsOf } from './dialect.ts';
import type { Dialect } from './dialect.ts';

/** Google's Gemini API, as Gemini CLI speaks it. */
export const gemini: Dialect = {
  isFor: (path) => /:(streamGenerateContent|generateContent)$/.test(path),
  read: (body) => ({
    tools: textsOf(
      recordsOf(body['tools'])
        .flatMap((tool) => recordsOf(tool['functionDeclarations']))
        .map((declaration) => declaration['name']),
    ),
    results: recordsOf(body['contents'])
      .flatMap((content) => recordsOf(content['parts']))
      .map((part) => part['functionResponse'])
      .filter(isRecord)
      .map((response) => resultText(response['response'])),
  }),
  answer: (reply, _body, path) => {
    const part =
      reply === null ? { text: lastWords } : { functionCall: { name: reply.tool, args: reply.words } };
    const answer = {
      candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    };
    return path.endsWith(':streamGenerateContent') ? { frames: [{ data: answer }] } : { json: answer };
  },
};
