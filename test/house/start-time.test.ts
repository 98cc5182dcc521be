import { expect, test } from 'vitest';
import { startTime } from '../../scripts/start/start-time.ts';

test.each([
  [{}, undefined],
  [{ PLUGPACT_BEGAN_AT_MS: '1000', PLUGPACT_INSTALL_MS: '0' }, 'Started in 5.3 s.'],
  [
    { PLUGPACT_BEGAN_AT_MS: '-60000', PLUGPACT_INSTALL_MS: '41600' },
    'Started in 66 s, 42 s of which were download and installation.',
  ],
])('from %j the start says: %s', (env, said) => {
  expect(startTime(env, 6_300)).toBe(said);
});
