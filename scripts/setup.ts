import { createInterface } from 'node:readline/promises';
import { writeFiles } from './setup/files.ts';
import { makeKeys } from './setup/keys.ts';
import { checked, flagsOf, QUESTIONS, type Question, type SetupOptions } from './setup/options.ts';

/** `npm run setup`: makes the files with which an operator starts the server on a real network. */
async function main(args: string[]): Promise<void> {
  const options = checked(await completed(flagsOf(args)));
  const keys = makeKeys();
  for (const file of writeFiles(options, keys)) console.log(`written: ${file}`);
  console.log(`
The relayer is ${keys.relayer.address}: send it some of the chain's coin, and keep secrets/ in a safe as well.
Passkeys are bound to ${options.domain}. Under another domain none of them signs in: their owners are left with their
recovery keys. Do not begin with a domain that may change.
Now write imprint.md and privacy.md, then follow docs/operations.md.`);
}

/** Asks for what no flag says, where somebody can answer. */
async function completed(given: Partial<SetupOptions>): Promise<Partial<SetupOptions>> {
  const missing = (Object.keys(QUESTIONS) as Question[]).filter((name) => given[name] === undefined);
  if (missing.length === 0 || !process.stdin.isTTY) return given;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answered = { ...given };
  for (const name of missing) answered[name] = (await terminal.question(`${QUESTIONS[name]}: `)).trim();
  terminal.close();
  return answered;
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
