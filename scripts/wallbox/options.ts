import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { OCMF_VERSIONS } from './record.ts';

const whole = z.coerce.number().int();

const schema = z.strictObject({
  /** The Central System's address without the charge-point id. */
  url: z.url({ protocol: /^wss?$/ }),
  id: z.string().min(1).max(48),
  /** Basic-auth password of security profile 1. */
  password: z.string().optional(),
  /** Version of OCPP that the wallbox uses. */
  ocpp: z.enum(['1.6', '2.0.1', '2.1']).default('1.6'),
  /** Each has its own meter; all sign with the same key. */
  connectors: whole.min(1).max(2).default(1),
  /** Maximum power of a connector. */
  'power-w': whole.min(230).max(1_000_000).default(11_000),
  phases: whole.min(1).max(3).default(3),
  /** Factor on energy, for demonstrations only: the meter counts `speed` times the real energy. */
  speed: whole.min(1).max(1_000).default(1),
  /** Energy that a newly plugged car wants. */
  'car-wh': whole.min(1).max(200_000).default(40_000),
  /** Register and the transaction under way, stored across restarts. */
  'state-file': z.string().optional(),
  /** PEM of the meter's secp256r1 key, made at the first start. */
  'meter-key-file': z.string().optional(),
  /** Version of OCMF that its records name. */
  'ocmf-version': z.enum(OCMF_VERSIONS).default('1.0'),
  /** Loopback port of the control interface; 0 for a free one. */
  'control-port': whole.min(0).max(65_535).optional(),
});

export type WallboxOptions = z.infer<typeof schema> & { stateFile: string; meterKeyFile: string };

/** Completes options; throws PlugpactError `wallbox.option` that names the first wrong one. */
export function wallboxOptions(raw: Record<string, unknown>): WallboxOptions {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const key = issue?.path.join('.') ?? '';
    throw new PlugpactError({
      code: 'wallbox.option',
      value: `--${key} ${JSON.stringify(raw[key]) ?? '(missing)'}`,
      rule: `The option --${key} is wrong: ${issue?.message}.`,
      remedy:
        'Start it like: wallbox --url ws://127.0.0.1:8180 --id CP1 [--power-w 11000] [--control-port 0].',
    });
  }
  const inFolder = (name: string) => join(process.cwd(), '.plugpact', 'wallbox', `${parsed.data.id}${name}`);
  return {
    ...parsed.data,
    stateFile: parsed.data['state-file'] ?? inFolder('.json'),
    meterKeyFile: parsed.data['meter-key-file'] ?? inFolder('.pem'),
  };
}

/** The same from a command line. */
export function parseOptions(argv: readonly string[]): WallboxOptions {
  const names = Object.keys(schema.shape);
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  return wallboxOptions(parseArgs({ args: [...argv], options, allowPositionals: false }).values);
}
