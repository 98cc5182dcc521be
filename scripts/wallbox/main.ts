import { startControl } from './control.ts';
import { parseOptions } from './options.ts';
import { SimulatedWallbox } from './simulated-wallbox.ts';

/** A simulated wallbox as a separate program: it connects to a central system by OCPP and uses nothing else. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const wallbox = new SimulatedWallbox(options);
  const port = options['control-port'];
  const control = port === undefined ? undefined : await startControl(wallbox, port);
  const say = (msg: string, more: object) => console.log(JSON.stringify({ msg, id: options.id, ...more }));
  if (control !== undefined) say('control', { port: control.port });
  if (options.speed !== 1) say('speed', { factor: options.speed, note: 'The meter counts this multiple.' });
  const end = async () => {
    control?.server.close();
    await wallbox.stop();
    process.exit(0);
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  await wallbox.start();
  say('connected', { url: options.url });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
