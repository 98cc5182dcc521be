import { PROOFS, prove } from './prove/prove.ts';
import { findSolver } from './prove/solver.ts';

/** Proves the arithmetic of test/proofs/Proofs.sol. Exit code 0: all proven, or no solver; 1: a target is open. */
function main(): number {
  const solver = findSolver();
  if (solver === undefined) {
    console.log('not run: there is no SMT solver (npm package z3-solver, or z3 on the path)');
    return 0;
  }
  console.log(`solver: ${solver.name}`);
  let open = 0;
  for (const contract of PROOFS) {
    const began = performance.now();
    const result = prove(contract, solver);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${contract}: ${result.proven} proven, ${result.open.length} open (${seconds} s)`);
    for (const target of result.open) console.log(target);
    open += result.proven === 0 ? 1 : result.open.length;
  }
  return open === 0 ? 0 : 1;
}

process.exitCode = main();
