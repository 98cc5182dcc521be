import { expect, test } from 'vitest';
import { solidityResult } from '../../scripts/checks/contracts.ts';
import { vitestResult } from '../../scripts/checks/vitest.ts';
import { promoteWarnings } from '../../scripts/lib/solc-warnings.ts';
import { total } from '../../scripts/lib/stage.ts';

test('Solidity results are counted from the summary, with colours off', () => {
  const summary = '  ✔ test_a()\n  1) test_b()\n\n  12 passing\n  2 failing\n  1 skipped\n';
  expect(solidityResult(1, summary)).toEqual({ passed: 12, failed: 2 });
});

test('a run of Solidity tests that broke without a count is a failure', () => {
  expect(solidityResult(1, 'Error HHE910: Compilation failed')).toEqual({ passed: 0, failed: 1 });
});

test('a vitest run without a report, or with an error outside the tests, is a failure', () => {
  expect(vitestResult(1, undefined)).toEqual({ passed: 0, failed: 1 });
  const report = { numPassedTests: 5, numFailedTests: 0, numFailedTestSuites: 1 };
  expect(vitestResult(1, report)).toEqual({ passed: 5, failed: 1 });
  expect(vitestResult(0, report)).toEqual({ passed: 5, failed: 0 });
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
