import { z } from 'zod';
import { ASSURANCE_LEVELS, type FromAgent, fromAgent, SESSION_STATES, type ToAgent } from './link.ts';
import { AUDIENCES, type Notice } from './notices.ts';
import { hex32, unixSec } from './schemas.ts';

/**
 * The link as agents and APIs of before its second version speak it: other names, and sentences in place of codes and
 * parameters. What they send is read here and nowhere else; their sentences are kept as the parameter `text`.
 */

/** Whether an agent that dialled with this version speaks as described here. */
export const isLinkVersion1 = (version: number): boolean => !(version >= 2);

const notice = z.strictObject({
  listingId: hex32,
  bookingId: hex32.nullable(),
  to: z.enum(AUDIENCES),
  code: z.string().regex(/^[A-Z][A-Z_]{2,39}$/),
  text: z.string().min(1).max(300),
  at: unixSec,
});
export type NoticeVersion1 = z.infer<typeof notice>;

/** The codes that were renamed, with the parameters that the page acts on. */
const CODES: Readonly<Record<string, Pick<Notice, 'code'> & Partial<Pick<Notice, 'params'>>>> = {
  PAUSED_FRESH: { code: 'PAUSED_UNCONFIRMED' },
  PAUSED_SILENT: { code: 'PAUSED_METER_SILENT' },
  PAUSED_SITE: { code: 'PAUSED_SITE_LIMIT' },
  PAUSED_NEIGHBOUR: { code: 'PAUSED_ADJACENT_BOOKING' },
  POWER_AGAIN: { code: 'POWER_RESTORED' },
  BAY_IN_USE: { code: 'CONNECTOR_BUSY' },
  OCCUPIED: { code: 'BOOKING_BLOCKED', params: { reason: 'OCCUPIED' } },
  OUT_OF_ORDER: { code: 'BOOKING_BLOCKED', params: { reason: 'FAULT' } },
  FREE_AGAIN: { code: 'BOOKING_UNBLOCKED' },
  LIMIT_IGNORED: { code: 'LIMIT_EXCEEDED' },
  FAULT_OVER: { code: 'FAULT_CLEARED' },
  METER_DOUBTED: { code: 'METER_FLAGGED' },
  CLAIM_ALONE_SENT: { code: 'UNILATERAL_CLAIM_SENT' },
  CLAIMED_ALONE: { code: 'UNILATERALLY_CLAIMED' },
};

/** The present name of a notice's code. */
export const currentCode = (code: string): string => CODES[code]?.code ?? code;

/** A notice of the first version in the present form. */
export const noticeOfVersion1 = ({ text, ...said }: NoticeVersion1): Notice => ({
  ...said,
  code: currentCode(said.code),
  params: { ...CODES[said.code]?.params, text },
});

const noticeMessage = z.strictObject({ type: z.literal('notice'), number: z.int().min(0), notice });

const visitMessage = z.strictObject({
  type: z.literal('visit'),
  bookingId: hex32,
  state: z.enum(SESSION_STATES),
  powerW: z.int().min(0),
  detail: z.string().max(300),
  tier: z.enum(ASSURANCE_LEVELS).default('agent-signed'),
  at: unixSec,
});

const sessionOf = ({ detail, tier, ...visit }: z.infer<typeof visitMessage>): FromAgent => ({
  ...visit,
  type: 'session',
  detail: detail === '' ? null : { code: 'TEXT', params: { text: detail } },
  assuranceLevel: tier,
  neededCost: null,
});

/** A message of an agent of the first version, in the present form. */
export const fromAgentVersion1: z.ZodType<FromAgent> = z.union([
  fromAgent,
  noticeMessage.transform((message) => ({ ...message, notice: noticeOfVersion1(message.notice) })),
  visitMessage.transform(sessionOf),
]);

/** A message as an agent of the first version reads it. */
export const toAgentVersion1 = (message: ToAgent): object =>
  message.type === 'location' ? { ...message, type: 'place' } : message;
