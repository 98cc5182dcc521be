// Answers one SMT-LIB query from standard input; argv[2] is the file of the npm package z3-solver.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { init } = (await import(pathToFileURL(process.argv[2] ?? '').href)).default;
const { Z3 } = await init();
const answer = await Z3.eval_smtlib2_string(Z3.mk_context(Z3.mk_config()), readFileSync(0, 'utf8'));
process.stdout.write(answer, () => process.exit(0));
