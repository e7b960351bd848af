import { readFileSync, statSync } from 'node:fs';
import type { DisposableList } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { parseJournal } from '../system/journalFrame.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { recordIdOf, recordOfCutAnswer, recordOfFrame } from './auditEntry.ts';
import type { Deciders } from './decide.ts';
import { JournalReader } from './journalReader.ts';
import type { Askers } from './lifetime.ts';
import { findLastIds, findRecordedIds } from './recordedIds.ts';

/** What the journal is taken with. */
export interface JournalIntake {
  readonly paths: Pick<StatePaths, 'journal' | 'audit'>;
  readonly logger: Logger;
  /** Whether the state directory is still ours. */
  readonly isOurs: () => boolean;
  readonly askers: Askers;
  readonly deciders: Deciders;
}

/**
 * Reads what libraries write to the journal until the list is disposed, and makes records of it, each once by its id. What the
 * verdict table allowed is counted and recorded like a question that was asked.
 */
export function takeJournal(intake: JournalIntake, owned: DisposableList): void {
  const { paths, logger, isOurs } = intake;
  const recorded = findRecordedIds(paths.audit, leftoverIds(paths.journal));
  // Whom the endpoint before us may have told nothing any more; looked up when the first frame comes.
  let last: ReadonlySet<string> | null = null;
  const isDecided = (id: string): boolean => (last ??= findLastIds(paths.audit)).has(id);
  const onFrame = (frame: JournalFrame): void => takeFrame(frame, intake, { recorded, isDecided });
  const reader = new JournalReader({ file: paths.journal, logger, isOurs, onFrame });
  owned.add({
    dispose: () => {
      reader.drain();
      reader.dispose();
    },
  });
}

/** What an endpoint before us recorded: frames that it had put aside, and questions. */
interface EarlierRecords {
  readonly recorded: ReadonlySet<string>;
  readonly isDecided: (id: string) => boolean;
}

function takeFrame(
  frame: JournalFrame,
  { askers, deciders }: JournalIntake,
  { recorded, isDecided }: EarlierRecords,
): void {
  askers.note(frame.pid, frame.sid);
  if (frame.kind === 'hello') deciders.sessions.noteHello(frame);
  const isHit = frame.kind === 'table';
  const made = recordOfFrame(frame, deciders.mode(), isHit ? deciders.verdicts.find(frame) : null);
  if (made === null || recorded.has(made.id) || isTaken(made.id, deciders)) return;
  const { actor, agent, isWatched } = deciders.attribution.identify(frame, () => frame.pid);
  if (!isWatched) return;
  if (isHit) deciders.counts.add('exec');
  const isCut = frame.kind === 'unanswered' && isDecided(made.id);
  const entry = { ...(isCut ? recordOfCutAnswer(made) : made), actor, agent };
  if (actor === null) deciders.held.hold(entry);
  else deciders.recorder.record(entry);
}

function isTaken(id: string, { recorder, held }: Deciders): boolean {
  return recorder.has(id) || held.has(id);
}

/** Ids of frames that an endpoint before us may have recorded already. */
function leftoverIds(journal: string): ReadonlySet<string> {
  const ids = JournalReader.readLeftovers(journal).flatMap((file) =>
    parseJournal(readFileOrNothing(file)).frames.map(recordIdOf),
  );
  return new Set(ids);
}

function readFileOrNothing(file: string): Buffer {
  try {
    return statSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
