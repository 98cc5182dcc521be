import { describe, expect, it } from 'vitest';
import { sampleGas } from '../../scripts/bench/gas.ts';
import { bench } from '../../scripts/bench.ts';
import { changesOf, GAS_REMEDY } from '../../scripts/checks/gas.ts';
import { runHere } from '../audit/run-script.ts';

describe('npm run bench', () => {
  it('gas: a sample gives the committed figures, and a change of one is named', async () => {
    const measured = await sampleGas();
    expect(changesOf(measured), GAS_REMEDY).toEqual([]);
    const { sample } = measured as { sample: { list: number } };
    expect(changesOf({ sample: { ...sample, list: sample.list + 1 } })).toEqual([
      expect.stringMatching(/^gas\.sample\.list: [\d,]+ before, [\d,]+ now \(\+1\)$/),
    ]);
  });

  it.each([
    [['maps']],
    [[]],
    [['gas', '--quick']],
    [['index', '--browser']],
    [['gas', 'audit']],
    [['--fast']],
    [['gas', '--seconds', '5']],
    [['agent', '--seconds', 'x']],
    [['audit', '--sessions', '0']],
    [['agent', '--sessions', '5']],
  ])('ends with 2 and says what there is for %j', async (args) => {
    const { code, stdout, stderr } = await runHere(bench, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('named gas or audit or agent or index or map or web or api');
  });
});
