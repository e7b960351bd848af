import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { formatNumber, plural, t, useTranslations } from '../../../src/presentation/localise.ts';

const countFiles = (count: number): string => plural(count)`# file in ${'src'} | # files in ${'src'}`;

describe('a window in another language', () => {
  before(() =>
    useTranslations(
      {
        '{0} of {1}': '{1}, z tego {0}',
        '# file in {0} | # files in {1}': '{0}: # plik | {0}: # pliki | {0}: # plików | {0}: # pliku',
      },
      'pl',
    ),
  );
  after(() => useTranslations({}, 'en'));

  it('says a text in it, with what is filled in where that language wants it', () => {
    assert.equal(t`${2} of ${'5 decisions'}`, '5 decisions, z tego 2');
  });

  it('has as many forms for a count as that language has', () => {
    assert.deepEqual([1, 2, 5, 22].map(countFiles), [
      'src: 1 plik',
      'src: 2 pliki',
      'src: 5 plików',
      'src: 22 pliki',
    ]);
  });

  it('says a text that was not translated in English, and a count by the rules of English', () => {
    assert.equal(t`Nothing waits for ${'you'}.`, 'Nothing waits for you.');
    const rows = [1, 2].map((count) => plural(count)`# row | # rows`);
    assert.deepEqual(rows, ['1 row', '2 rows']);
  });

  it('takes braces in what is filled in as they are', () => {
    assert.equal(t`Allow ${'echo {1} {0}'}`, 'Allow echo {1} {0}');
  });
});

describe('a window in a language that nobody translated, or that the platform does not know', () => {
  after(() => useTranslations({}, 'en'));

  it('counts in English', () => {
    for (const language of ['en', 'de', 'qps-ploc', 'x', '']) {
      useTranslations({}, language);
      assert.deepEqual([1, 2].map(countFiles), ['1 file in src', '2 files in src'], language);
    }
  });

  it('writes large numbers as the texts around them do', () => {
    useTranslations({}, 'de');
    assert.equal(formatNumber(1_200), '1,200');
    useTranslations({ Show: 'Zeigen' }, 'de');
    assert.equal(formatNumber(1_200), '1.200');
  });
});
