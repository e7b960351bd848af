import { closeSync, readFileSync } from 'node:fs';
import type { DisposableList } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { Mutable } from '../base/record.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { parseJournal } from '../system/journalFrame.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import { openOwnFile } from '../system/ownFile.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { cutAnswerIdOf, recordIdOf, recordOfCutAnswer, recordOfFrame } from './auditEntry.ts';
import type { Incident } from './auditEntry.ts';
import type { Deciders } from './decide.ts';
import { JournalLooks, watchByKernel } from './journalLooks.ts';
import { JournalReader } from './journalReader.ts';
import { KnownHits } from './knownHits.ts';
import type { Askers } from './lifetime.ts';
import { findLastRecorded, findRecorded } from './recordedIds.ts';
import type { RecordedKind } from './recordedIds.ts';

/** What the journal is taken with. */
export interface JournalIntake {
  readonly paths: Pick<StatePaths, 'directory' | 'lock' | 'journal' | 'audit'>;
  readonly platform: string;
  readonly logger: Logger;
  /** Whether the state directory is still ours. */
  readonly isOurs: () => boolean;
  /** Whether records wait for the disk. */
  readonly isHeldUp: () => boolean;
  readonly askers: Askers;
  readonly deciders: Deciders;
  readonly recordIncident: (incident: Incident, caller: null) => void;
}

/** What reads the journal. */
export interface JournalIntakeWork {
  /** Takes what stands in the journal now, as far as that takes no long time. */
  catchUp(): void;
}

/**
 * Reads what libraries write to the journal until the list is disposed, and makes records of it, each once by its id. What the
 * verdict table allowed is counted and recorded like a question that was asked.
 */
export function takeJournal(intake: JournalIntake, owned: DisposableList): JournalIntakeWork {
  const { paths, logger, isOurs, isHeldUp, deciders, recordIncident } = intake;
  const earlier = new EarlierRecords(paths, deciders);
  const hits = new KnownHits(deciders.verdicts);
  const reader = new JournalReader({
    file: paths.journal,
    logger,
    isOurs,
    isHeldUp,
    onFrames: (frames) =>
      deciders.recorder.together(() => {
        for (const frame of frames) takeFrame(frame, intake, earlier, hits);
      }),
    onFull: () => recordIncident(fullJournal, null),
  });
  const looks = new JournalLooks({
    directory: paths.directory,
    probe: paths.lock,
    // FSEvents of macOS are late and of a thread of their own: there the journal is looked for all the time.
    watch: intake.platform === 'linux' ? watchByKernel : null,
    logger,
    look: () => reader.poll(),
  });
  owned.add({
    dispose: () => {
      looks.dispose();
      reader.drain();
      reader.dispose();
    },
  });
  return { catchUp: () => void reader.poll() };
}

const fullJournal: Incident = {
  what: 'journal',
  message: 'it was full (64 MiB): what ran after that without an endpoint was counted alone',
  refused: false,
};

/** How many ids of runs are remembered; a library writes a frame twice within a moment if at all. */
const maxRuns = 4_096;

/** What the log says already about what frames tell of, by this endpoint and by those before it. */
class EarlierRecords {
  readonly #folder: string;
  readonly #deciders: Deciders;
  /** Of frames that an endpoint before us had put aside, and may have recorded. */
  readonly #leftover: ReadonlyMap<string, RecordedKind>;
  /**
   * What the endpoint before us did last, looked up when the first frame comes: whom it decided about it may have told
   * nothing any more, and what it read from a journal that it had removed may be written once more.
   */
  #last: ReadonlyMap<string, RecordedKind> | null = null;
  /** Runs that this endpoint recorded. */
  readonly #runs = new Set<string>();

  constructor({ audit, journal }: JournalIntake['paths'], deciders: Deciders) {
    this.#folder = audit;
    this.#deciders = deciders;
    this.#leftover = findRecorded(audit, leftoverIds(journal));
  }

  has(id: string): boolean {
    return this.#earlier(id) !== undefined || this.#isTaken(id);
  }

  /** Whether a question was decided that ran without an answer all the same. */
  isDecided(id: string): boolean {
    if (this.#runs.has(id)) return false;
    const kind = this.#earlier(id);
    return kind === undefined ? this.#isTaken(id) : kind === 'decision';
  }

  noteRun(id: string): void {
    const [oldest] = this.#runs.size < maxRuns ? [] : this.#runs;
    if (oldest !== undefined) this.#runs.delete(oldest);
    this.#runs.add(id);
  }

  #earlier(id: string): RecordedKind | undefined {
    return this.#leftover.get(id) ?? (this.#last ??= findLastRecorded(this.#folder)).get(id);
  }

  #isTaken(id: string): boolean {
    const { recorder, held } = this.#deciders;
    return recorder.has(id) || held.has(id);
  }
}

function takeFrame(
  frame: JournalFrame,
  { askers, deciders }: JournalIntake,
  earlier: EarlierRecords,
  hits: KnownHits,
): void {
  askers.note(frame.pid, frame.sid);
  if (frame.kind === 'hello') {
    deciders.sessions.noteHello(frame);
    deciders.attribution.place(frame);
  }
  const isHit = frame.kind === 'table';
  const mode = deciders.mode();
  const told = isHit ? hits.recordOf(frame, mode) : recordOfFrame(frame, mode, null);
  if (told === null) return;
  const isCut = frame.kind === 'unanswered' && earlier.isDecided(told.id);
  const made = isCut ? recordOfCutAnswer(told) : told;
  if (earlier.has(made.id)) return;
  const { actor, agent, isWatched } = deciders.attribution.identify(frame, () => frame.pid);
  if (!isWatched) return;
  if (isHit) deciders.counts.add('exec');
  deciders.programs.note(frame.exe);
  if (frame.kind === 'unanswered' && !isCut) earlier.noteRun(told.id);
  // Both are this frame's own, and copying a record is dear.
  const entry: Mutable<AuditRecord> = made;
  entry.actor = actor;
  entry.agent = agent;
  if (actor === null) deciders.held.hold(entry);
  else deciders.recorder.record(entry);
}

/** Ids under which an endpoint before us may have recorded what frames tell. */
function leftoverIds(journal: string): ReadonlySet<string> {
  const frames = JournalReader.readLeftovers(journal).flatMap(
    (file) => parseJournal(readFileOrNothing(file)).frames,
  );
  return new Set(frames.flatMap((frame) => [recordIdOf(frame), cutAnswerIdOf(frame.id)]));
}

function readFileOrNothing(file: string): Buffer {
  try {
    const descriptor = openOwnFile(file, 'read');
    try {
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
