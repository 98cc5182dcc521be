import { parseArgs } from 'node:util';
import { comeAndGo } from './guest.ts';
import { serveShownCharges } from './serve-shown-charges.ts';
import { ShownCharges } from './shown-charge.ts';
import { Town } from './town.ts';

const text = { type: 'string' } as const;

/** The demonstration's town as a program: it uses the server and the ledger as everybody does. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ data: text, origin: text, rpc: text, market: text, 'deploy-block': text, wallboxes: text },
      'control-file': text,
    },
  });
  const given = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is missing.`);
    return value;
  };
  const town = await Town.start({
    dataDir: given('data'),
    origin: given('origin'),
    rpcUrl: given('rpc'),
    market: given('market'),
    deployBlock: Number(given('deploy-block')),
    wallboxesFile: given('wallboxes'),
  });
  const isOver = new AbortController();
  const end = async () => {
    isOver.abort();
    await town.end();
    process.exit(0);
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  const port = await serveShownCharges(new ShownCharges(town), given('control-file'));
  console.log(JSON.stringify({ msg: 'listening', port }));
  await town.moveIn();
  await town.showControls();
  console.log(JSON.stringify({ msg: 'moved in' }));
  await comeAndGo(town, isOver.signal);
}

main().catch((error: unknown) => {
  if (error instanceof Error && error.name === 'AbortError') return;
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
