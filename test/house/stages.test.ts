import { expect, test } from 'vitest';
import { lastCompiling, solidityResult } from '../../scripts/checks/contracts.ts';
import { mutantsResult } from '../../scripts/checks/mutants.ts';
import { VitestRun } from '../../scripts/checks/vitest.ts';
import { promoteWarnings } from '../../scripts/lib/solc-warnings.ts';
import { total } from '../../scripts/lib/stage.ts';

test('Solidity results are counted from the summary, with colours off', () => {
  const summary = '  ✔ test_a()\n  1) test_b()\n\n  12 passing\n  2 failing\n  1 skipped\n';
  expect(solidityResult(1, summary)).toEqual({ passed: 12, failed: 2 });
});

test('a run of Solidity tests that broke without a count is a failure', () => {
  expect(solidityResult(1, 'Error HHE910: Compilation failed')).toEqual({ passed: 0, failed: 1 });
});

test('the compile stage says which run of the compiler is under way, and for how long', () => {
  const output = 'Compiling …\nsolc: compiling 71 files …\nsolc: compiling 71 files: 10 s so far\n';
  expect(lastCompiling(output)).toBe('compiling 71 files: 10 s so far');
  expect(lastCompiling('No contracts to compile\n')).toBeUndefined();
});

test('what vitest tells of its files is counted; a failure that no file explains is one more', () => {
  const run = new VitestRun();
  expect(run.result(1)).toEqual({ passed: 0, failed: 1, files: [] });
  run.take({ type: 'files', count: 2 });
  run.take({ type: 'file', file: 'a', passed: 5, failed: 0, seconds: 1 });
  expect(run.progress()).toBe('1 of 2 files');
  expect(run.result(0)).toMatchObject({ passed: 5, failed: 0 });
  expect(run.result(1)).toMatchObject({ passed: 5, failed: 1 });
  run.take({ type: 'file', file: 'b', passed: 1, failed: 2, seconds: 3 });
  expect(run.progress()).toBe('2 of 2 files, 2 failed');
  const files = [
    { file: 'a', seconds: 1 },
    { file: 'b', seconds: 3 },
  ];
  expect(run.result(1)).toEqual({ passed: 6, failed: 2, files });
});

test('the last line sums what the stages found', () => {
  expect(
    total([
      { passed: 3, failed: 1 },
      { passed: 0, failed: 0, note: 'no tests' },
    ]).line,
  ).toBe('3 passed, 1 failed');
});

const warning = (errorCode: string, file: string) => ({
  severity: 'warning',
  type: 'Warning',
  errorCode,
  sourceLocation: { file },
});

test('a compiler warning of our own code becomes an error', () => {
  expect(promoteWarnings([warning('2072', 'project/contracts/PlugpactMarket.sol')])).toEqual([
    expect.objectContaining({ severity: 'error', type: 'WarningAsError' }),
  ]);
});

test('an accepted warning passes only where it was accepted', () => {
  const slot = 'npm/@openzeppelin/contracts@5.7.0/utils/TransientSlot.sol';
  expect(promoteWarnings([warning('2394', slot)])).toEqual([]);
  expect(promoteWarnings([warning('2394', 'project/contracts/PlugpactMarket.sol')])).toHaveLength(1);
  expect(promoteWarnings([warning('5574', 'project/contracts/PlugpactMarket.sol')])).toHaveLength(1);
});

test('mutants that survive and wrong entries of the list are failures; so is a run without a report', () => {
  const verdict = { mutant: { file: 'a.sol', line: 3, key: 'k' }, reachedBy: 2 };
  const report = { killed: 5, survived: [verdict], equivalent: 1, wronglyListed: ['gone'], leftOut: [] };
  const output = `round 1: 5 of 6 tried\n${JSON.stringify(report)}\n`;
  expect(mutantsResult(output)).toMatchObject({ passed: 5, failed: 2 });
  expect(mutantsResult(output).lines).toContain('listed as equivalent, but gone or killed: gone');
  expect(mutantsResult('Error: no compiler')).toMatchObject({ passed: 0, failed: 1 });
});
