import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootMomentOf } from '../../../src/system/bootMoment.ts';

const now = Date.UTC(2026, 0);

test('is the same whenever it is asked for, and counts in 2^26 nanoseconds', () => {
  const moment = bootMomentOf({ now, monotonic: 5_000_000_000n });
  assert.equal(bootMomentOf({ now: now + 3_600_000, monotonic: 3_605_000_000_000n }), moment);
  const late = bootMomentOf({ now, monotonic: 5_000_000_000n - 10n * (1n << 26n) });
  assert.equal((late - moment) & 0xff_ffff, 10);
});

test('has 24 bits', () => {
  for (let day = 0; day < 40; day += 1) {
    const moment = bootMomentOf({ now: now + day * 86_400_000, monotonic: 0n });
    assert.ok(moment >= 0 && moment <= 0xff_ffff, String(moment));
  }
});

test('says nothing where the clock was never set', () => {
  assert.equal(bootMomentOf({ now: 60_000, monotonic: 60_000_000_000n }), 0);
});
