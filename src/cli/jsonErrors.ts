import type { CommandContext } from './command.ts';

/**
 * Runs a command that was told `--json`. Where it fails and has printed no document, one is printed that says why, as the
 * endpoint's API does: who reads standard output always finds JSON there.
 */
export async function withJsonErrors(
  context: CommandContext,
  run: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const { output } = context;
  const heard = { said: '', hasData: false };
  const status = await run({
    ...context,
    output: {
      ...output,
      out: (text) => {
        heard.hasData = true;
        return output.out(text);
      },
      err: (text) => {
        heard.said += text.toString();
        output.err(text);
      },
    },
  });
  if (status !== 0 && !heard.hasData) {
    const messages = Array.from(heard.said.matchAll(/rampart: (.*)\n/g), ([, message]) => message);
    output.out(`${JSON.stringify({ error: messages.join('; ') })}\n`);
  }
  return status;
}
