import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure, success } from '../../../src/base/result.ts';
import { formatDoctorReport, type DoctorFacts } from '../../../src/presentation/doctorReport.ts';

const healthy: DoctorFacts = {
  versions: ['rampart 1.2.3, VS Code 1.99.3'],
  checks: success([
    { name: 'library', status: 'ok', message: '/home/ada/.rampart/lib/librampart.so', remedy: null },
  ]),
  settingProblems: [],
  policyProblems: [],
  status: {
    supported: true,
    guardEnabled: true,
    here: 'follow',
    unprotected: 0,
    endpoint: 'connected',
    cause: null,
    mode: 'enforce',
    until: null,
    unseenDenials: 0,
    problem: null,
  },
  terminals: [
    {
      name: 'zsh',
      kind: 'terminal',
      hidden: false,
      pid: 7,
      state: { kind: 'unguarded', reason: 'openedBeforeGuard' },
    },
  ],
  home: '/home/ada',
};

describe('the report of the doctor', () => {
  it('says that nothing is in the way, with every check and every terminal', () => {
    const text = formatDoctorReport(healthy);
    assert.match(text, /^Rampart Doctor\nrampart 1\.2\.3, VS Code 1\.99\.3\n\nNothing is in the way\.\n/);
    assert.match(text, /^ok {7}this window: Rampart: enforce: Every program is checked/m);
    assert.match(text, /^ {2}zsh: not guarded: opened earlier$/m);
  });

  it('can be passed on: the home directory is not named', () => {
    const text = formatDoctorReport(healthy);
    assert.match(text, /^ok {7}library: ~\/\.rampart\/lib\/librampart\.so$/m);
    assert.doesNotMatch(text, /ada/);
  });

  it('names what is wrong with policies, and what holds meanwhile', () => {
    const policyProblems = [{ file: '/srv/team.yaml', line: 4, column: 2, message: 'unknown key' }];
    const text = formatDoctorReport({ ...healthy, policyProblems });
    assert.match(
      text,
      /policy: \/srv\/team\.yaml:4:2: unknown key\n {9}→ .*the last good policy is in force$/m,
    );
  });

  it('tells all of what is wrong with the endpoint, however long that is', () => {
    const status = { ...healthy.status, endpoint: 'away', cause: 'x'.repeat(300) } as const;
    const text = formatDoctorReport({ ...healthy, status });
    assert.match(text, /^warning {2}this window: .*x{300}.* unless RAMPART_FAIL_OPEN says otherwise\.$/m);
  });

  it('counts problems and warnings, and says for each what to do', () => {
    const text = formatDoctorReport({
      ...healthy,
      checks: success([
        { name: 'library', status: 'problem', message: 'it is not there', remedy: 'install again' },
        { name: 'mode', status: 'warning', message: 'nothing is refused', remedy: 'switch it' },
      ]),
      settingProblems: ['rampart.policy.files: it is 1'],
    });
    assert.match(text, /^2 problems, 1 warning$/m);
    assert.match(text, /^PROBLEM {2}library: it is not there\n {9}→ install again$/m);
    assert.match(text, /^PROBLEM {2}settings: rampart\.policy\.files: it is 1$/m);
  });

  it('is there also where the machine cannot be looked at, and says why', () => {
    const text = formatDoctorReport({ ...healthy, checks: failure('spawn EACCES') });
    assert.match(text, /^1 problem$/m);
    assert.match(text, /could not be looked at: spawn EACCES\n {9}→ run `rampart doctor` in a terminal$/m);
  });
});
