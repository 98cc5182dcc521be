import hre from 'hardhat';
import { expect, test } from 'vitest';

test('a build from nothing runs the compiler once for each of its settings', async () => {
  const files = await hre.solidity.getRootFilePaths();
  const plan = await hre.solidity.getCompilationJobs(files, { force: true, quiet: true });
  if (!plan.success) throw new Error(plan.formattedReason);
  const jobs = new Set(plan.compilationJobsPerFile.values());
  const settings = [...jobs].map(({ solcConfig }) => JSON.stringify(solcConfig));
  expect(settings).toHaveLength(new Set(settings).size);
  expect(plan.compilationJobsPerFile.size).toBeGreaterThanOrEqual(files.length);
});
