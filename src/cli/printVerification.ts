import { messageOf } from '../base/assert.ts';
import { findAuditFiles } from './auditFiles.ts';
import { say } from './command.ts';
import type { CommandContext } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { createProgress } from './progress.ts';
import { verifyAuditFiles } from './verifyAuditLog.ts';

/**
 * Prints whether every record of a log still stands as it was written, and gives the exit status. The chain tells of
 * changes to what was written, not of an end that was cut off.
 */
export async function printVerification(
  folder: string,
  isJson: boolean,
  context: CommandContext,
): Promise<number> {
  const files = findAuditFiles(folder);
  if (!files.ok) {
    say(context, files.error);
    return exitStatus.failed;
  }
  const progress = createProgress(context, 'records');
  try {
    const { records, problems } = await verifyAuditFiles(files.value, () => progress.step());
    progress.end();
    const isWhole = problems.length === 0;
    const found = isWhole ? 'the chain is whole' : 'the chain is broken';
    context.output.out(
      isJson
        ? `${JSON.stringify({ ok: isWhole, records, files: files.value.length, problems })}\n`
        : [
            ...problems.map(({ file, line, message }) => `${file}:${line}: ${message}\n`),
            `${records} records: ${found}\n`,
          ].join(''),
    );
    return isWhole ? exitStatus.done : exitStatus.failed;
  } catch (thrown) {
    progress.end();
    say(context, `the audit log cannot be read: ${messageOf(thrown)}`);
    return exitStatus.failed;
  }
}
