import { z } from 'zod';
import { CONNECTOR_STANDARDS, POWER_TYPES } from '../../protocol/listing.ts';
import { hexBytes } from '../../protocol/schemas.ts';

/** One connector of a wallbox, as the homeowner knows it. */
const connector = z.strictObject({
  maxPowerW: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(11_000)
    .describe('Maximum power of the connector, in W. It limits what can be billed.'),
  connectorStandard: z
    .enum(CONNECTOR_STANDARDS)
    .default('IEC_62196_T2')
    .describe('Kind of plug, by its OCPI name (IEC_62196_T2 is a Type 2 socket or cable).'),
  powerType: z.enum(POWER_TYPES).default('AC_3_PHASE').describe('Phases, or DC, by its OCPI name.'),
  randomDelayMaxSec: z
    .int()
    .min(0)
    .max(1_800)
    .optional()
    .meta({ examples: [600] })
    .describe(
      'Longest random delay before the wallbox gives power, in s, where a law demands one (United Kingdom: 600 from the factory, 1800 at most). That time is not billed. Without it the value that the wallbox names counts.',
    ),
  meterKey: hexBytes(64)
    .optional()
    .meta({ type: 'string', pattern: '^0x([0-9a-f]{2})*$', examples: ['0x04…'] })
    .describe(
      'Public key of the meter, 64 bytes x and y as hex. Without it the key that the wallbox itself reports is offered.',
    ),
  meterAlgorithm: z
    .enum(['none', 'ECDSA-secp256r1-SHA256', 'ECDSA-secp256k1-SHA256'])
    .optional()
    .meta({ examples: ['ECDSA-secp256r1-SHA256'] })
    .describe("Algorithm of that key. Fixed here, never taken from the meter's records."),
});
export type ConnectorConfig = z.infer<typeof connector>;

const forward = z.strictObject({
  url: z
    .url({ protocol: /^wss?$/, error: 'must be a ws or wss address' })
    .meta({ examples: ['wss://csms.example/ocpp'] })
    .describe('Its address without the charge-point id, which is added.'),
  password: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ examples: ['a long random word'] })
    .describe('Its password for this wallbox (basic auth).'),
  onlyOwnerIdTags: z
    .boolean()
    .default(false)
    .describe(
      'Whether, besides bookings, only ownerIdTags may start a charge here. If false, every card that this system accepts charges at your cost, and most systems of a house accept all.',
    ),
});

/** A wallbox: its access, the other central system beside the agent, and its connectors. */
export const chargePoint = z.strictObject({
  password: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ examples: ['a long random word'] })
    .describe(
      "The wallbox's password (basic auth, OCPP's security profile 1). Type the same one into the wallbox.",
    ),
  forward: forward
    .optional()
    .describe(
      'Another central system that gets all messages of this wallbox and may command it: evcc, Home Assistant, an installer.',
    ),
  connectors: z
    .record(z.string().regex(/^[1-9]\d?$/, 'must be a connector number from 1'), connector)
    .describe('Its connectors by number, from 1. Most wallboxes have one.'),
});
