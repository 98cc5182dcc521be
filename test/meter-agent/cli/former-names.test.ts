import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { cli } from '../../../meter-agent/cli/cli.ts';

afterEach(() => void vi.restoreAllMocks());

test('"agent box" of version 0.1 does what "plugpact-agent wallbox" does, and says so', async () => {
  const said: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((text: unknown) => void said.push(String(text)));
  const args = ['unlock', 'CP1', '--config', join(import.meta.dirname, 'no-such-file.yaml')];
  expect(await cli(['wallbox', ...args])).toBe(2);
  const [refusal] = said.splice(0);
  expect(await cli(['box', ...args])).toBe(2);
  expect(said).toEqual([expect.stringContaining('is now "plugpact-agent wallbox"'), refusal]);
});
