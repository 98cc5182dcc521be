import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { isMain } from './lib/main.ts';
import { ROOT } from './lib/paths.ts';
import { pack } from './pack/archive.ts';
import { packedName } from './pack/program.ts';

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/**
 * `npm run pack -- agent|server|audit`: one archive of a program, with everything that it needs beside Node. Exit code 2:
 * it could not be made.
 */
async function main(args: string[]): Promise<number> {
  const names = (args.length === 0 ? [undefined] : args).map(packedName);
  for (const name of names) {
    const file = await pack(name, (text) => console.error(text));
    console.log(`${relative(ROOT, file)} (${megabytes(statSync(file).size)} MB)`);
    console.error(`To install it: npm install --global ./${relative(process.cwd(), file)}`);
  }
  return 0;
}

if (isMain(import.meta)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  });
}
