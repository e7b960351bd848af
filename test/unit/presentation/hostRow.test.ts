import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostChildSubject, hostSubject } from '../../../src/presentation/hostRow.ts';
import { formatSession } from '../../../src/presentation/sessionLabel.ts';
import { createDenial, createRecord } from './recordFixture.ts';

describe('the row of the extension host', () => {
  const decisions = [
    createDenial({ session: 'host-7' }),
    createRecord({ session: 'host-7' }),
    createDenial({ session: 'elsewhere' }),
  ];
  const describeHost = (state: 'checking' | 'guarded' | 'unguarded'): string =>
    formatSession(hostSubject({ pid: 7, session: 'host-7', state, decisions })).description;

  it('counts what its own extensions started, and nothing else', () => {
    assert.equal(describeHost('guarded'), 'guarded · 2 decisions · 1 denied');
  });

  it('does not claim to be guarded before the library was seen in what it started', () => {
    assert.equal(describeHost('checking'), 'checking…');
    assert.match(describeHost('unguarded'), /^not guarded: /);
  });

  it('has each program that runs below it, with or without the library', () => {
    const shown = [true, false].map((hasLibrary) =>
      formatSession(hostChildSubject({ pid: 8, name: 'git', hasLibrary })),
    );
    assert.deepEqual(
      shown.map(({ label, description }) => `${label} ${description}`),
      ['git guarded', 'git not guarded: started earlier, or static'],
    );
  });
});
